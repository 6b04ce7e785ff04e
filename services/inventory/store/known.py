"""What is known of orders: read and locked, whole, for a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from asyncpg import Record

from chassis.db import Tx
from contracts.dealers import Shortage
from contracts.inventory import ShipmentLine, ShipmentStatus
from services.inventory.domain.fulfilment import (
    Amendment,
    Fulfilment,
    Known,
    Line,
    Mode,
    Pick,
    PickStatus,
    PickTask,
    Place,
    Shipment,
    State,
    Tombstone,
)
from services.inventory.store import stowage

WITH_DOCUMENTS = frozenset({State.IN_WAREHOUSE, State.PUT_BACK, State.SHIPPED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of which order; `part_id` is the order's where there is no other."""

    order_id: UUID
    part_id: UUID


@dataclass(frozen=True, slots=True)
class Belongings:
    """What belongs to fulfilments, by part id."""

    lines: Mapping[UUID, tuple[Line, ...]]
    tasks: Mapping[UUID, tuple[PickTask, ...]]
    shipments: Mapping[UUID, tuple[Shipment, ...]]


async def lock(tx: Tx, order_ids: Sequence[UUID]) -> dict[UUID, Known]:
    """All that is known of the orders, by part, held until the transaction ends.

    The lock of its first part is the order's: whoever holds it has all parts, and they are as they
    are now, also those that came while he waited.
    """
    rows = await tx.fetch(
        """
        SELECT order_id, number, dealer_id, warehouse_id, state, revision, refusal, short,
               shortage, priority, amendment, amendment_refusal, amendment_skus, part_of, parts,
               home_warehouse_id, warehouses.mode, warehouses.one_person, warehouses.stows
        FROM fulfilments LEFT JOIN warehouses USING (warehouse_id)
        WHERE order_id = ANY($1::uuid[])
        ORDER BY order_id
        FOR NO KEY UPDATE OF fulfilments
        """,
        order_ids,
    )
    rows += await _lock_others(tx, rows)
    belongings = await _belongings(tx, rows)
    return {row["order_id"]: _known(row, belongings) for row in rows}


async def lock_expired(tx: Tx, lifetime: timedelta, count_max: int) -> list[Fulfilment]:
    """Soft reservations older than `lifetime`, oldest first; those that somebody holds are left."""
    rows = await tx.fetch(
        """
        SELECT order_id, number, dealer_id, warehouse_id, state, revision, refusal, short,
               shortage, priority, amendment, amendment_refusal, amendment_skus, part_of, parts,
               home_warehouse_id, 'MANUAL' AS mode, false AS one_person, false AS stows
        FROM fulfilments
        WHERE soft_since <= now() - $1::interval AND part_of IS NULL
        ORDER BY soft_since
        LIMIT $2
        FOR NO KEY UPDATE SKIP LOCKED
        """,
        lifetime,
        count_max,
    )
    rows += await _lock_others(tx, rows)
    belongings = await _belongings(tx, rows)
    return [_fulfilment(row, belongings) for row in rows]


async def lock_waiting(tx: Tx, free: Mapping[Place, int], count_max: int) -> list[Fulfilment]:
    """Orders for which some of what is `free` by place is enough, the first by their claim.

    The shelves are locked, so that nobody's claim changes meanwhile.
    """
    rows = await tx.fetch(
        """
        WITH claim AS (
            SELECT coalesce(part_of, order_id) AS order_id, priority, free,
                   sum(backordered) OVER (PARTITION BY warehouse_id, sku
                                          ORDER BY priority DESC, coalesce(part_of, order_id),
                                                   line_no)
                       - backordered AS ahead
            FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS shelf(warehouse_id, sku, free)
            JOIN fulfilment_lines USING (sku)
            JOIN fulfilments USING (order_id, warehouse_id)
            WHERE backordered > 0
        ), first AS (
            SELECT order_id
            FROM claim
            WHERE ahead < free
            GROUP BY order_id, priority
            ORDER BY priority DESC, order_id
            LIMIT $4
        )
        SELECT order_id, number, dealer_id, warehouse_id, state, revision, refusal, short,
               shortage, priority, amendment, amendment_refusal, amendment_skus, part_of, parts,
               home_warehouse_id, warehouses.mode, warehouses.one_person, warehouses.stows
        FROM fulfilments JOIN warehouses USING (warehouse_id)
        WHERE order_id IN (SELECT order_id FROM first)
        ORDER BY order_id
        FOR NO KEY UPDATE OF fulfilments
        """,
        [warehouse_id for warehouse_id, _ in free],
        [sku for _, sku in free],
        list(free.values()),
        count_max,
    )
    rows += await _lock_others(tx, rows)
    belongings = await _belongings(tx, rows)
    return [_fulfilment(row, belongings) for row in rows]


async def _lock_others(tx: Tx, rows: Sequence[Record]) -> list[Record]:
    """The parts of locked orders after the first one; most have none."""
    order_ids = [row["order_id"] for row in rows if row["parts"] > 1]
    if not order_ids:
        return []
    return await tx.fetch(
        """
        SELECT order_id, number, dealer_id, warehouse_id, state, revision, refusal, short,
               shortage, priority, amendment, amendment_refusal, amendment_skus, part_of, parts,
               home_warehouse_id, warehouses.mode, warehouses.one_person, warehouses.stows
        FROM fulfilments JOIN warehouses USING (warehouse_id)
        WHERE part_of = ANY($1::uuid[])
        ORDER BY order_id
        FOR NO KEY UPDATE OF fulfilments
        """,
        order_ids,
    )


async def parts_of_tasks(tx: Tx, pick_task_ids: Sequence[UUID]) -> dict[UUID, Part]:
    """By pick task id; neither ever changes."""
    rows = await tx.fetch(
        """
        SELECT pick_task_id, coalesce(part_of, order_id) AS order_id, order_id AS part_id
        FROM pick_tasks JOIN fulfilments USING (order_id)
        WHERE pick_task_id = ANY($1::uuid[])
        """,
        pick_task_ids,
    )
    return {row["pick_task_id"]: Part(row["order_id"], row["part_id"]) for row in rows}


async def parts_of_shipments(tx: Tx, shipment_ids: Sequence[UUID]) -> dict[UUID, Part]:
    """By shipment id; neither ever changes."""
    rows = await tx.fetch(
        """
        SELECT shipment_id, coalesce(part_of, order_id) AS order_id, order_id AS part_id
        FROM shipments JOIN fulfilments USING (order_id)
        WHERE shipment_id = ANY($1::uuid[])
        """,
        shipment_ids,
    )
    return {row["shipment_id"]: Part(row["order_id"], row["part_id"]) for row in rows}


def orders_of(parts: Iterable[Part]) -> list[UUID]:
    """Their orders, each once, in the order in which they are locked."""
    return sorted({part.order_id for part in parts})


async def delivered_before(tx: Tx, age: timedelta, count_max: int) -> list[UUID]:
    """Shipments that were delivered so long ago that they count as received, oldest first."""
    rows = await tx.fetch(
        """
        SELECT shipment_id
        FROM shipments
        WHERE status = 'DELIVERED' AND delivered_at <= now() - $1::interval
        ORDER BY delivered_at
        LIMIT $2
        """,
        age,
        count_max,
    )
    return [row["shipment_id"] for row in rows]


async def _belongings(tx: Tx, rows: Sequence[Record]) -> Belongings:
    order_ids = [row["order_id"] for row in rows]
    with_documents = [row["order_id"] for row in rows if State(row["state"]) in WITH_DOCUMENTS]
    stowing = [row["order_id"] for row in rows if row["stows"]]
    picks = await stowage.picks(tx, stowing) if stowing else {}
    return Belongings(
        lines=await _lines(tx, order_ids, picks),
        tasks=await _tasks(tx, with_documents),
        shipments=await _shipments(tx, with_documents),
    )


async def _lines(
    tx: Tx, order_ids: Sequence[UUID], picks: Mapping[tuple[UUID, int], tuple[Pick, ...]]
) -> dict[UUID, tuple[Line, ...]]:
    if not order_ids:
        return {}
    rows = await tx.fetch(
        """
        SELECT order_id, line_no, sku, quantity, picked, shipped, delivered, received, backordered,
               closed
        FROM fulfilment_lines
        WHERE order_id = ANY($1::uuid[])
        ORDER BY order_id, line_no
        """,
        order_ids,
    )
    lines: defaultdict[UUID, list[Line]] = defaultdict(list)
    for order_id, *line in rows:
        known = Line(*line)
        own = picks.get((order_id, known.line_no))
        lines[order_id].append(replace(known, picks=own) if own else known)
    return {order_id: tuple(own) for order_id, own in lines.items()}


async def _tasks(tx: Tx, order_ids: Sequence[UUID]) -> dict[UUID, tuple[PickTask, ...]]:
    if not order_ids:
        return {}
    rows = await tx.fetch(
        """
        SELECT order_id, pick_task_id, number, status, created_at, picker_ids, started_at,
               completed_at
        FROM pick_tasks
        WHERE order_id = ANY($1::uuid[])
        ORDER BY order_id, pick_task_id
        """,
        order_ids,
    )
    tasks: defaultdict[UUID, list[PickTask]] = defaultdict(list)
    for row in rows:
        tasks[row["order_id"]].append(_task(row))
    return {order_id: tuple(own) for order_id, own in tasks.items()}


def _task(row: Record) -> PickTask:
    return PickTask(
        row["pick_task_id"],
        row["number"],
        PickStatus(row["status"]),
        row["created_at"],
        tuple(row["picker_ids"]),
        row["started_at"],
        row["completed_at"],
    )


async def _shipments(tx: Tx, order_ids: Sequence[UUID]) -> dict[UUID, tuple[Shipment, ...]]:
    if not order_ids:
        return {}
    rows = await tx.fetch(
        """
        SELECT order_id, shipment_id, number, status, posted_at, posted_by, mode,
               tracking_number, dispatched_at, delivered_at, proof, received_at, received_by,
               ARRAY(SELECT (line_no, sku, -quantity) FROM stock_moves
                     WHERE document_id = shipment_id ORDER BY line_no) AS lines
        FROM shipments
        WHERE order_id = ANY($1::uuid[])
        ORDER BY order_id, shipment_id
        """,
        order_ids,
    )
    shipments: defaultdict[UUID, list[Shipment]] = defaultdict(list)
    for row in rows:
        shipments[row["order_id"]].append(_shipment(row))
    return {order_id: tuple(own) for order_id, own in shipments.items()}


def _shipment(row: Record) -> Shipment:
    return Shipment(
        row["shipment_id"],
        row["number"],
        ShipmentStatus(row["status"]),
        tuple(
            ShipmentLine(line_no=line_no, sku=sku, quantity=quantity)
            for line_no, sku, quantity in row["lines"]
        ),
        row["posted_at"],
        row["posted_by"],
        row["mode"],
        row["tracking_number"],
        row["dispatched_at"],
        row["delivered_at"],
        row["proof"],
        row["received_at"],
        row["received_by"],
    )


def _known(row: Record, belongings: Belongings) -> Known:
    return _fulfilment(row, belongings) if row["number"] else Tombstone(row["order_id"])


def _fulfilment(row: Record, belongings: Belongings) -> Fulfilment:
    part_id, part_of = row["order_id"], row["part_of"]
    return Fulfilment(
        part_of or part_id,
        row["number"],
        row["dealer_id"],
        row["warehouse_id"],
        State(row["state"]),
        belongings.lines.get(part_id, ()),
        Mode(row["mode"] or Mode.MANUAL),
        bool(row["one_person"]),
        row["revision"],
        row["refusal"],
        tuple(row["short"]),
        belongings.tasks.get(part_id, ()),
        belongings.shipments.get(part_id, ()),
        Shortage(row["shortage"]),
        row["priority"],
        bool(row["stows"]),
        _amendment(row) if row["amendment"] else None,
        part_id if part_of else None,
        row["parts"],
        row["home_warehouse_id"],
    )


def _amendment(row: Record) -> Amendment:
    return Amendment(row["amendment"], row["amendment_refusal"], tuple(row["amendment_skus"]))
