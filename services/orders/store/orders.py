"""Orders with their lines and shipments."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from chassis.db import Reader, Tx
from services.orders.domain.holding import due_at
from services.orders.domain.order import Order
from services.orders.store.rows import changed_document, changes_document, document, order_of


async def lock_orders(tx: Tx, order_ids: Collection[UUID]) -> dict[UUID, Order]:
    """Load orders by id and hold them until the transaction ends; unknown ids are left out."""
    rows = await tx.fetch(
        """
        SELECT order_id, number, dealer_id, placed_by, on_behalf, salesperson_id, warehouse_id,
               terms, submitted_at, note, buyer, total_minor, expected_total_minor, version,
               phase, at, about, reached, attempt, deadline, holds, held, credit,
               over_limit_approved, stock,
               confirmed_by, confirmed_at, released, started, put_back_awaited,
               fulfilment_revision, funds_revision, covered_minor, returned_minor, ending, reason,
               lines, shipments, changes
        FROM orders
        WHERE order_id = ANY($1::uuid[])
        ORDER BY order_id
        FOR NO KEY UPDATE
        """,
        list(order_ids),
    )
    return {row["order_id"]: order_of(row) for row in rows}


async def orders_to_follow(
    reader: Reader, dealer_id: UUID, *, stopped: bool, limit: int
) -> list[UUID]:
    """Open orders of a dealer that the warehouse does not have and that do not stand as he does."""
    rows = await reader.fetch(
        """
        SELECT order_id
        FROM orders
        WHERE dealer_id = $1 AND phase = 'FORWARD' AND ending IS NULL AND NOT released
          AND ('DEALER' = ANY(holds)) <> $2
        ORDER BY order_id
        LIMIT $3
        """,
        dealer_id,
        stopped,
        limit,
    )
    return [row["order_id"] for row in rows]


async def insert_orders(tx: Tx, orders: Sequence[Order], queues: Sequence[str | None]) -> None:
    """Store new orders with their lines."""
    await tx.execute(
        """
        INSERT INTO orders (
            order_id, number, dealer_id, placed_by, on_behalf, salesperson_id, warehouse_id,
            terms, submitted_at, note, total_minor, expected_total_minor, version, status,
            queue, phase, at, about, reached, attempt, deadline, wake_at, holds, held, credit,
            over_limit_approved, stock, released, started, put_back_awaited,
            fulfilment_revision, funds_revision, covered_minor, returned_minor, lines, shipments,
            buyer
        )
        SELECT order_id, number, dealer_id, placed_by, on_behalf, salesperson_id,
               warehouse_id, terms::jsonb, submitted_at, note, total_minor,
               expected_total_minor, version, status, queue, phase, at, about, reached,
               0, deadline, deadline, string_to_array(holds, ','), held::json, 'UNKNOWN',
               false, 'UNKNOWN', false, false, false, 0, 0, 0, 0, lines::json, '[]',
               buyer::json
        FROM unnest(
            $1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::bool[], $6::uuid[],
            $7::uuid[], $8::text[], $9::timestamptz[], $10::text[], $11::bigint[],
            $12::bigint[], $13::int[], $14::text[], $15::text[], $16::text[], $17::text[],
            $18::text[], $19::smallint[], $20::timestamptz[], $21::text[], $22::text[],
            $23::text[], $24::text[]
        ) AS new(
            order_id, number, dealer_id, placed_by, on_behalf, salesperson_id, warehouse_id,
            terms, submitted_at, note, total_minor, expected_total_minor, version, status,
            queue, phase, at, about, reached, deadline, lines, holds, held, buyer
        )
        """,
        [order.order_id for order in orders],
        [order.number for order in orders],
        [order.dealer_id for order in orders],
        [order.placed_by for order in orders],
        [order.on_behalf for order in orders],
        [order.salesperson_id for order in orders],
        [order.warehouse_id for order in orders],
        [order.terms.model_dump_json() for order in orders],
        [order.submitted_at for order in orders],
        [order.note for order in orders],
        [order.total_minor for order in orders],
        [order.expected_total_minor for order in orders],
        [order.version for order in orders],
        [order.status for order in orders],
        list(queues),
        [order.progress.phase for order in orders],
        [order.progress.at for order in orders],
        [order.progress.about for order in orders],
        [order.progress.reached for order in orders],
        [order.progress.deadline for order in orders],
        [document(order.lines) for order in orders],
        [_kinds(order) for order in orders],
        [document(order.holds) for order in orders],
        [order.buyer for order in orders],
    )


async def save_orders(
    tx: Tx,
    before: Mapping[UUID, Order],
    orders: Sequence[Order],
    queues: Sequence[str | None],
) -> None:
    """Store what became of locked orders; lines and shipments only where they changed.

    `wake_at` stands in an index, so it changes only when there is no timer yet, or a later one.
    """
    if not orders:
        return
    were = [before[order.order_id] for order in orders]
    await tx.execute(
        """
        UPDATE orders AS o
        SET total_minor = m.total_minor, version = m.version, status = m.status, queue = m.queue,
            phase = m.phase, at = m.at, about = m.about, reached = m.reached,
            attempt = m.attempt, deadline = m.deadline,
            wake_at = CASE WHEN m.due_at IS NULL THEN coalesce(o.wake_at, m.deadline)
                           ELSE least(o.wake_at, m.deadline, m.due_at) END,
            due_at = m.due_at,
            holds = string_to_array(m.holds, ','), held = m.held::json, credit = m.credit,
            over_limit_approved = m.over_limit_approved, stock = m.stock,
            confirmed_by = m.confirmed_by, confirmed_at = m.confirmed_at,
            released = m.released, started = m.started, put_back_awaited = m.put_back_awaited,
            fulfilment_revision = m.fulfilment_revision, funds_revision = m.funds_revision,
            covered_minor = m.covered_minor, returned_minor = m.returned_minor,
            ending = m.ending, reason = m.reason,
            lines = coalesce(m.lines::json, o.lines),
            shipments = coalesce(m.shipments::json, o.shipments),
            changes = m.changes::json
        FROM unnest(
            $1::uuid[], $2::bigint[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::smallint[], $10::smallint[], $11::timestamptz[], $12::text[],
            $13::text[], $14::bool[], $15::text[], $16::uuid[], $17::timestamptz[], $18::bool[],
            $19::bool[], $20::bool[], $21::int[], $22::int[], $23::bigint[], $24::bigint[],
            $25::text[], $26::text[], $27::text[], $28::text[], $29::text[], $30::text[],
            $31::timestamptz[]
        ) AS m(
            order_id, total_minor, version, status, queue, phase, at, about, reached, attempt,
            deadline, holds, credit, over_limit_approved, stock, confirmed_by, confirmed_at,
            released, started, put_back_awaited, fulfilment_revision, funds_revision,
            covered_minor, returned_minor, ending, reason, lines, shipments, changes, held, due_at
        )
        WHERE o.order_id = m.order_id
        """,
        [order.order_id for order in orders],
        [order.total_minor for order in orders],
        [order.version for order in orders],
        [order.status for order in orders],
        list(queues),
        [order.progress.phase for order in orders],
        [order.progress.at for order in orders],
        [order.progress.about for order in orders],
        [order.progress.reached for order in orders],
        [order.progress.attempt for order in orders],
        [order.progress.deadline for order in orders],
        [_kinds(order) for order in orders],
        [order.credit for order in orders],
        [order.over_limit_approved for order in orders],
        [order.stock for order in orders],
        [order.confirmed_by for order in orders],
        [order.confirmed_at for order in orders],
        [order.released for order in orders],
        [order.started for order in orders],
        [order.put_back_awaited for order in orders],
        [order.fulfilment_revision for order in orders],
        [order.funds_revision for order in orders],
        [order.covered_minor for order in orders],
        [order.returned_minor for order in orders],
        [order.ending for order in orders],
        [order.reason for order in orders],
        [changed_document(was.lines, now.lines) for was, now in zip(were, orders, strict=True)],
        [
            changed_document(was.shipments, now.shipments)
            for was, now in zip(were, orders, strict=True)
        ],
        [changes_document(order) for order in orders],
        [document(order.holds) for order in orders],
        [due_at(order) for order in orders],
    )


def _kinds(order: Order) -> str:
    return ",".join(held.kind for held in order.holds)


async def take_number_block(reader: Reader) -> int:
    """A number that nobody else gets; it stands for a block of order numbers."""
    block: int = await reader.fetchval("SELECT nextval('order_number_block')")
    return block
