"""Warehouses, and goods that come into them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from chassis import outbox
from chassis.auth import Actor, Resource, in_scope
from chassis.db import Tx
from chassis.errors import DomainError, NotFound
from chassis.http import StaleVersion
from chassis.numbers import take_numbers
from contracts.inventory import Demand, InboundPosted
from services.inventory.commands import backorders, stowage
from services.inventory.domain import stocking
from services.inventory.domain.stocking import Inbound, Warehouse, series
from services.inventory.store import reference, shelves
from services.inventory.store import stowage as stowage_store


async def create_warehouse(tx: Tx, warehouse: Warehouse) -> Warehouse | DomainError:
    """Refused: WarehouseCodeTaken."""
    if await reference.insert_warehouse(tx, warehouse):
        return warehouse
    holder = await reference.warehouse_with_code(tx, warehouse.code)
    return stocking.WarehouseCodeTaken(code=warehouse.code, warehouse_id=holder)


async def change_warehouse(
    tx: Tx,
    warehouse_id: UUID,
    *,
    name: str | None,
    one_person: bool | None,
    alternatives: tuple[UUID, ...] | None,
    if_match: int | None,
) -> Warehouse | DomainError:
    """Change what is given. Refused: NotFound, StaleVersion, NoAlternative."""
    before = await reference.lock_warehouse(tx, warehouse_id)
    if before is None:
        return NotFound()
    if if_match is not None and if_match != before.version:
        return StaleVersion(current_version=before.version)
    after = replace(
        before,
        name=before.name if name is None else name,
        one_person=before.one_person if one_person is None else one_person,
        version=before.version + 1,
        alternatives=before.alternatives if alternatives is None else alternatives,
    )
    known = await shelves.warehouses(tx, after.alternatives)
    if refusal := stocking.alternatives_refusal(after, known):
        return refusal
    await reference.update_warehouse(tx, after)
    return after


async def post_inbound(tx: Tx, actor: Actor, inbound: Inbound) -> DomainError | None:
    """Goods came in. Refused: NotFound, UnknownWarehouse, InvalidRequest for wrong lines."""
    now = datetime.now(UTC)
    if not in_scope(actor, Resource(warehouse_id=inbound.warehouse_id)):
        return NotFound()
    warehouses = await shelves.warehouses(tx, [inbound.warehouse_id])
    unknown = await shelves.unknown_products(tx, [line.sku for line in inbound.lines])
    if refusal := stocking.inbound_refusal(inbound, warehouses, unknown):
        return refusal
    await shelves.lock(tx)
    keeping = await stowage_store.keeping(tx, inbound.warehouse_id, inbound.lines)
    if refusal := stocking.stowage_refusal(inbound.lines, keeping):
        return refusal
    await bring_in(tx, inbound, now)
    return None


async def bring_in(tx: Tx, inbound: Inbound, now: datetime) -> None:
    """Put goods on the shelves, which are locked, by an inbound note; those who wait get theirs."""
    (number,) = await take_numbers(tx, series("RK", now), 1)
    await shelves.insert_inbound(tx, inbound, number, now)
    await outbox.add(tx, [_posted(inbound, number)])
    await backorders.serve(tx, {(inbound.warehouse_id, line.sku) for line in inbound.lines})
    await stowage.put_away(tx, inbound.warehouse_id, inbound.inbound_id, inbound.lines)


def _posted(inbound: Inbound, number: str) -> InboundPosted:
    return InboundPosted(
        inbound_id=inbound.inbound_id,
        number=number,
        warehouse_id=inbound.warehouse_id,
        lines=tuple(
            Demand(line_no=line_no, sku=line.sku, quantity=line.quantity)
            for line_no, line in enumerate(inbound.lines, 1)
        ),
    )
