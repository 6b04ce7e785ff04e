"""Issues, transfers, counts, arrivals: drafted by one person, posted once, whoever clicks twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from chassis.auth import Actor, Resource, in_scope
from chassis.db import Tx
from chassis.errors import DomainError, InvalidRequest, NotFound
from chassis.http import StaleVersion
from chassis.ids import uuid7
from chassis.numbers import take_numbers
from services.inventory.domain import documents
from services.inventory.domain.documents import Document, Kind, Line, Status
from services.inventory.domain.stocking import UnknownWarehouse
from services.inventory.store import documents as store
from services.inventory.store import shelves


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody writes down first; equal SKUs add up."""

    kind: Kind
    warehouse_id: UUID
    note: str
    lines: tuple[Line, ...]
    reason: str | None = None
    to_warehouse_id: UUID | None = None
    status: Status = Status.DRAFT
    source: str | None = None
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Who wants to do something with a document, and the version that he saw, if he says so."""

    kind: Kind
    document_id: UUID
    actor: Actor
    if_match: int | None = None


def leaving(wanted: Iterable[tuple[str, int]]) -> tuple[Line, ...]:
    """Lines of goods that leave, one for each SKU, in the order in which they were named."""
    total: Counter[str] = Counter()
    for sku, quantity in wanted:
        total[sku] += quantity
    return tuple(Line(no, sku, quantity) for no, (sku, quantity) in enumerate(total.items(), 1))


async def draft(tx: Tx, actor: Actor, asked: Draft) -> Document:
    """Write a document; nothing moves yet. Raises NotFound, UnknownWarehouse, InvalidRequest."""
    if asked.warehouse_id == asked.to_warehouse_id:
        raise InvalidRequest(("/to_warehouse_id", "It is the same warehouse."))
    places = [place for place in (asked.warehouse_id, asked.to_warehouse_id) if place]
    code = await check(tx, actor, places, [line.sku for line in asked.lines])
    now = datetime.now(UTC)
    (number,) = await take_numbers(tx, documents.series_of(asked.kind, code, now), 1)
    document = Document(
        uuid7(),
        asked.kind,
        number,
        asked.warehouse_id,
        asked.status,
        asked.lines,
        (actor.user_id,),
        now,
        asked.note,
        asked.reason,
        asked.to_warehouse_id,
        source=asked.source,
        expected_on=asked.expected_on,
    )
    await store.insert(tx, document)
    return document


async def check(tx: Tx, actor: Actor, places: Sequence[UUID], skus: Sequence[str]) -> str:
    """The code of the first of the warehouses, which the actor must work in.

    Raises NotFound for a foreign one, UnknownWarehouse, InvalidRequest for unknown SKUs.
    """
    if not in_scope(actor, Resource(warehouse_id=places[0])):
        raise NotFound
    codes = await store.warehouse_codes(tx, places)
    for place in places:
        if place not in codes:
            raise UnknownWarehouse(warehouse_id=place)
    if unknown := sorted(await shelves.unknown_products(tx, skus)):
        raise InvalidRequest(*(("/lines", f"There is no product {sku}.") for sku in unknown))
    return codes[places[0]]


async def approve(tx: Tx, ask: Ask) -> None:
    """Another person agrees.

    Raises NotFound, StaleVersion, DocumentMovedOn, AnotherPersonNeeded.
    """
    await _step(tx, ask, lambda before: documents.approve(before, ask.actor.user_id))


async def cancel(tx: Tx, ask: Ask) -> None:
    """Nothing comes of it. Raises NotFound, StaleVersion, DocumentMovedOn."""
    await _step(tx, ask, documents.cancel)


async def opened(tx: Tx, ask: Ask) -> Document:
    """The document, locked, if the asker may work on it. Raises NotFound, StaleVersion.

    A transfer on its way is in the hands of the warehouse that it goes to.
    """
    before = await store.lock(tx, ask.kind, ask.document_id)
    if before is None:
        raise NotFound
    on_its_way = before.status is Status.IN_TRANSIT
    place = before.to_warehouse_id if on_its_way else before.warehouse_id
    if not in_scope(ask.actor, Resource(warehouse_id=place)):
        raise NotFound
    if ask.if_match not in {None, before.version}:
        raise StaleVersion(current_version=before.version)
    return before


async def save(tx: Tx, outcome: Document | DomainError) -> Document:
    """Keep what was decided. Raises what it was refused for."""
    if isinstance(outcome, DomainError):
        raise outcome
    await store.update(tx, outcome)
    return outcome


async def _step(tx: Tx, ask: Ask, decide: Callable[[Document], Document | DomainError]) -> None:
    await save(tx, decide(await opened(tx, ask)))
