"""What changed of orders: written for a whole batch, with what it means for the shelves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.db import Tx
from services.inventory.domain.fulfilment import Change, Fulfilment, Line, begun, stock_change
from services.inventory.store import shelves, stowage


async def insert(tx: Tx, fulfilments: Sequence[Fulfilment]) -> None:
    """Add orders, or parts of them, that are new, with all that became of them at once."""
    if not fulfilments:
        return
    lines = [(one.part_id, line) for one in fulfilments for line in one.lines]
    await tx.execute(
        """
        WITH added AS (
            INSERT INTO fulfilments
                (order_id, number, dealer_id, warehouse_id, state, revision, soft_since, refusal,
                 short, shortage, priority)
            SELECT order_id, number, dealer_id, warehouse_id, state, revision,
                   CASE state WHEN 'SOFT' THEN now() END, refusal,
                   string_to_array(short, E'\n'), shortage, priority
            FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::int[],
                        $7::text[], $8::text[], $17::text[], $18::int[])
              AS added(order_id, number, dealer_id, warehouse_id, state, revision, refusal, short,
                       shortage, priority)
        )
        INSERT INTO fulfilment_lines
            (order_id, line_no, sku, quantity, picked, shipped, delivered, received)
        SELECT order_id, line_no, sku, quantity, picked, shipped, delivered, received
        FROM unnest($9::uuid[], $10::int[], $11::text[], $12::bigint[], $13::bigint[],
                    $14::bigint[], $15::bigint[], $16::bigint[])
          AS line(order_id, line_no, sku, quantity, picked, shipped, delivered, received)
        """,
        [one.part_id for one in fulfilments],
        [one.number for one in fulfilments],
        [one.dealer_id for one in fulfilments],
        [one.warehouse_id for one in fulfilments],
        [one.state for one in fulfilments],
        [one.revision for one in fulfilments],
        [one.refusal for one in fulfilments],
        ["\n".join(one.short) for one in fulfilments],
        [order_id for order_id, _ in lines],
        [line.line_no for _, line in lines],
        [line.sku for _, line in lines],
        [line.quantity for _, line in lines],
        [line.picked for _, line in lines],
        [line.shipped for _, line in lines],
        [line.delivered for _, line in lines],
        [line.received for _, line in lines],
        [one.shortage for one in fulfilments],
        [one.priority for one in fulfilments],
    )
    await _save_demands(tx, [(one, line) for one, line in lines if line.backordered])
    await _save_parts(tx, [one for one in fulfilments if one.part or one.home_id or one.parts > 1])
    changes = [begun(one) for one in fulfilments]
    await _save_tasks(tx, changes)
    await _insert_shipments(tx, changes)
    await shelves.move(tx, stock_change(changes))


async def insert_tombstones(tx: Tx, order_ids: Collection[UUID]) -> None:
    """Remember cancels that came before anything was held."""
    if not order_ids:
        return
    await tx.execute(
        """
        INSERT INTO fulfilments (order_id, state)
        SELECT unnest($1::uuid[]), 'CANCELLED'
        """,
        list(order_ids),
    )


async def save(tx: Tx, changes: Sequence[Change]) -> None:
    """Write what changed of locked fulfilments, and what that means for the shelves."""
    changed = [change for change in changes if change.after != change.before]
    if not changed:
        return
    await _save_demands(tx, _demands(changed))
    await _save_amendments(tx, changed)
    await _save_parts(tx, [one.after for one in changed if one.after.parts != one.before.parts])
    await _update(tx, changed)
    await _save_tasks(tx, changed)
    await _insert_shipments(tx, changed)
    await _update_shipments(tx, changed)
    await shelves.doubt(tx, changed)
    await shelves.move(tx, stock_change(changed))
    await stowage.save(tx, changed)


def _demands(changed: Sequence[Change]) -> list[tuple[UUID, Line]]:
    """Lines that are new, or of which another quantity is wanted, wanting or given up."""
    return [
        (change.after.part_id, after)
        for change in changed
        if change.after.lines is not change.before.lines
        for after in change.after.lines
        if _demand(after) not in {_demand(before) for before in change.before.lines}
    ]


def _demand(line: Line) -> tuple[int, int, int, int]:
    return line.line_no, line.quantity, line.backordered, line.closed


async def _save_demands(tx: Tx, lines: Sequence[tuple[UUID, Line]]) -> None:
    """Lines that are not simply held as they were ordered; most orders have none."""
    if not lines:
        return
    await tx.execute(
        """
        INSERT INTO fulfilment_lines AS line
            (order_id, line_no, sku, quantity, backordered, closed)
        SELECT order_id, line_no, sku, quantity, backordered, closed
        FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
          AS saved(order_id, line_no, sku, quantity, backordered, closed)
        ON CONFLICT (order_id, line_no) DO UPDATE
        SET quantity = excluded.quantity, backordered = excluded.backordered,
            closed = excluded.closed
        """,
        [order_id for order_id, _ in lines],
        [line.line_no for _, line in lines],
        [line.sku for _, line in lines],
        [line.quantity for _, line in lines],
        [line.backordered for _, line in lines],
        [line.closed for _, line in lines],
    )


async def _save_amendments(tx: Tx, changed: Sequence[Change]) -> None:
    """How the last one of each was answered."""
    answered = [
        (change.after.part_id, change.after.amendment)
        for change in changed
        if change.after.amendment and change.after.amendment != change.before.amendment
    ]
    if not answered:
        return
    await tx.execute(
        """
        UPDATE fulfilments
        SET amendment = answered.number, amendment_refusal = answered.refusal,
            amendment_skus = string_to_array(answered.skus, E'\n')
        FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[])
          AS answered(order_id, number, refusal, skus)
        WHERE fulfilments.order_id = answered.order_id
        """,
        [order_id for order_id, _ in answered],
        [amendment.number for _, amendment in answered],
        [amendment.refusal for _, amendment in answered],
        ["\n".join(amendment.skus) for _, amendment in answered],
    )


async def _save_parts(tx: Tx, fulfilments: Sequence[Fulfilment]) -> None:
    """How orders that go from elsewhere, or from several warehouses, hang together."""
    if not fulfilments:
        return
    await tx.execute(
        """
        UPDATE fulfilments
        SET part_of = own.part_of, parts = own.parts, home_warehouse_id = own.home_id
        FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[])
          AS own(part_id, part_of, parts, home_id)
        WHERE order_id = part_id
        """,
        [one.part_id for one in fulfilments],
        [one.order_id if one.part else None for one in fulfilments],
        [one.parts for one in fulfilments],
        [one.home_id for one in fulfilments],
    )


async def _update(tx: Tx, changed: Sequence[Change]) -> None:
    orders = [change.after for change in changed]
    lines = [
        (change.after.part_id, line)
        for change in changed
        if change.after.lines != change.before.lines
        for line in change.after.lines
    ]
    await tx.execute(
        """
        WITH moved AS (
            UPDATE fulfilments
            SET state = moved.state, revision = moved.revision, refusal = NULL, short = '{}',
                soft_since = CASE moved.state WHEN 'SOFT' THEN soft_since END
            FROM unnest($1::uuid[], $2::text[], $3::int[]) AS moved(order_id, state, revision)
            WHERE fulfilments.order_id = moved.order_id
        )
        UPDATE fulfilment_lines
        SET picked = line.picked, shipped = line.shipped, delivered = line.delivered,
            received = line.received
        FROM unnest($4::uuid[], $5::int[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
          AS line(order_id, line_no, picked, shipped, delivered, received)
        WHERE fulfilment_lines.order_id = line.order_id
          AND fulfilment_lines.line_no = line.line_no
        """,
        [one.part_id for one in orders],
        [one.state for one in orders],
        [one.revision for one in orders],
        [order_id for order_id, _ in lines],
        [line.line_no for _, line in lines],
        [line.picked for _, line in lines],
        [line.shipped for _, line in lines],
        [line.delivered for _, line in lines],
        [line.received for _, line in lines],
    )


async def _save_tasks(tx: Tx, changed: Sequence[Change]) -> None:
    tasks = [
        (change.after, task)
        for change in changed
        for task in change.after.tasks
        if task not in change.before.tasks
    ]
    if not tasks:
        return
    await tx.execute(
        """
        INSERT INTO pick_tasks AS task
            (pick_task_id, number, order_id, dealer_id, warehouse_id, status, picker_ids,
             created_at, started_at, completed_at)
        SELECT pick_task_id, number, order_id, dealer_id, warehouse_id, status,
               string_to_array(picker_ids, ',')::uuid[], created_at, started_at, completed_at
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[],
                    $7::text[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[])
          AS saved(pick_task_id, number, order_id, dealer_id, warehouse_id, status, picker_ids,
                   created_at, started_at, completed_at)
        ON CONFLICT (pick_task_id) DO UPDATE
        SET status = excluded.status, picker_ids = excluded.picker_ids,
            started_at = excluded.started_at, completed_at = excluded.completed_at
        """,
        [task.pick_task_id for _, task in tasks],
        [task.number for _, task in tasks],
        [order.part_id for order, _ in tasks],
        [order.dealer_id for order, _ in tasks],
        [order.warehouse_id for order, _ in tasks],
        [task.status for _, task in tasks],
        [",".join(str(user_id) for user_id in task.picker_ids) for _, task in tasks],
        [task.created_at for _, task in tasks],
        [task.started_at for _, task in tasks],
        [task.completed_at for _, task in tasks],
    )


async def _insert_shipments(tx: Tx, changed: Sequence[Change]) -> None:
    """Outbound notes with their lines, which are moves of the stock."""
    new = [
        (change.after, shipment)
        for change in changed
        for shipment in change.after.shipments[len(change.before.shipments) :]
    ]
    if not new:
        return
    moves = [(order, shipment, line) for order, shipment in new for line in shipment.lines]
    await tx.execute(
        """
        WITH posted AS (
            INSERT INTO shipments
                (shipment_id, number, order_id, order_number, dealer_id, warehouse_id, status,
                 posted_by, posted_at, dispatched_at, delivered_at, received_at)
            SELECT shipment_id, number, order_id, order_number, dealer_id, warehouse_id, status,
                   posted_by, posted_at, dispatched_at, delivered_at, received_at
            FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[],
                        $7::text[], $8::uuid[], $9::timestamptz[], $10::timestamptz[],
                        $11::timestamptz[], $12::timestamptz[])
              AS posted(shipment_id, number, order_id, order_number, dealer_id, warehouse_id,
                        status, posted_by, posted_at, dispatched_at, delivered_at, received_at)
        )
        INSERT INTO stock_moves
            (document_id, line_no, kind, warehouse_id, sku, quantity, moved_at)
        SELECT document_id, line_no, 'OUTBOUND', warehouse_id, sku, quantity, moved_at
        FROM unnest($13::uuid[], $14::int[], $15::uuid[], $16::text[], $17::bigint[],
                    $18::timestamptz[])
          AS move(document_id, line_no, warehouse_id, sku, quantity, moved_at)
        """,
        [shipment.shipment_id for _, shipment in new],
        [shipment.number for _, shipment in new],
        [order.part_id for order, _ in new],
        [order.number for order, _ in new],
        [order.dealer_id for order, _ in new],
        [order.warehouse_id for order, _ in new],
        [shipment.status for _, shipment in new],
        [shipment.posted_by for _, shipment in new],
        [shipment.posted_at for _, shipment in new],
        [shipment.dispatched_at for _, shipment in new],
        [shipment.delivered_at for _, shipment in new],
        [shipment.received_at for _, shipment in new],
        [shipment.shipment_id for _, shipment, _ in moves],
        [line.line_no for _, _, line in moves],
        [order.warehouse_id for order, _, _ in moves],
        [line.sku for _, _, line in moves],
        [-line.quantity for _, _, line in moves],
        [shipment.posted_at for _, shipment, _ in moves],
    )


async def _update_shipments(tx: Tx, changed: Sequence[Change]) -> None:
    moved = [
        after
        for change in changed
        for before, after in zip(change.before.shipments, change.after.shipments, strict=False)
        if after != before
    ]
    if not moved:
        return
    await tx.execute(
        """
        UPDATE shipments
        SET status = moved.status, mode = moved.mode, tracking_number = moved.tracking_number,
            dispatched_at = moved.dispatched_at, delivered_at = moved.delivered_at,
            proof = moved.proof, received_at = moved.received_at, received_by = moved.received_by
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[],
                    $6::timestamptz[], $7::text[], $8::timestamptz[], $9::uuid[])
          AS moved(shipment_id, status, mode, tracking_number, dispatched_at, delivered_at, proof,
                   received_at, received_by)
        WHERE shipments.shipment_id = moved.shipment_id
        """,
        [one.shipment_id for one in moved],
        [one.status for one in moved],
        [one.mode for one in moved],
        [one.tracking_number for one in moved],
        [one.dispatched_at for one in moved],
        [one.delivered_at for one in moved],
        [one.proof for one in moved],
        [one.received_at for one in moved],
        [one.received_by for one in moved],
    )
