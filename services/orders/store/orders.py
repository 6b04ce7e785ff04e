"""Orders with their lines and shipments."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.db import Reader, Tx
from services.orders.domain.order import Line, Order, Shipment
from services.orders.store.rows import order_of, quantities_json


async def lock_orders(tx: Tx, order_ids: Collection[UUID]) -> dict[UUID, Order]:
    """Load orders by id and hold them until the transaction ends; unknown ids are left out.

    Two statements: one that waits for a lock goes on with the lines that it read before it waited.
    """
    await tx.execute(
        """
        SELECT FROM orders WHERE order_id = ANY($1::uuid[]) ORDER BY order_id FOR NO KEY UPDATE
        """,
        list(order_ids),
    )
    rows = await tx.fetch(
        """
        SELECT o.order_id, o.number, o.dealer_id, o.placed_by, o.on_behalf, o.salesperson_id,
               o.warehouse_id, o.terms, o.submitted_at, o.note, o.total_minor,
               o.expected_total_minor, o.version, o.phase, o.at, o.about, o.reached, o.attempt,
               o.deadline, o.holds, o.credit, o.over_limit_approved, o.stock, o.confirmed_by,
               o.confirmed_at, o.released, o.started, o.put_back_awaited,
               o.fulfilment_revision, o.funds_revision, o.covered_minor, o.returned_minor,
               o.ending, o.reason,
               (SELECT array_agg(l ORDER BY l.line_no) FROM order_lines l
                 WHERE l.order_id = o.order_id) AS lines,
               (SELECT array_agg(s ORDER BY s.place) FROM order_shipments s
                 WHERE s.order_id = o.order_id AND o.started) AS shipments
        FROM orders o
        WHERE o.order_id = ANY($1::uuid[])
        ORDER BY o.order_id
        """,
        list(order_ids),
    )
    return {row["order_id"]: order_of(row) for row in rows}


async def insert_orders(tx: Tx, orders: Sequence[Order], queues: Sequence[str | None]) -> None:
    """Store new orders with their lines."""
    lines = [(order.order_id, line) for order in orders for line in order.lines]
    await tx.execute(
        """
        WITH placed AS (
            INSERT INTO orders (
                order_id, number, dealer_id, placed_by, on_behalf, salesperson_id, warehouse_id,
                terms, submitted_at, note, total_minor, expected_total_minor, version, status,
                queue, phase, at, about, reached, attempt, deadline, wake_at, holds, credit,
                over_limit_approved, stock, released, started, put_back_awaited,
                fulfilment_revision, funds_revision, covered_minor, returned_minor
            )
            SELECT order_id, number, dealer_id, placed_by, on_behalf, salesperson_id,
                   warehouse_id, terms::jsonb, submitted_at, note, total_minor,
                   expected_total_minor, version, status, queue, phase, at, about, reached,
                   0, deadline, deadline, '{}', 'UNKNOWN', false, 'UNKNOWN', false, false,
                   false, 0, 0, 0, 0
            FROM unnest(
                $1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::bool[], $6::uuid[],
                $7::uuid[], $8::text[], $9::timestamptz[], $10::text[], $11::bigint[],
                $12::bigint[], $13::int[], $14::text[], $15::text[], $16::text[], $17::text[],
                $18::text[], $19::smallint[], $20::timestamptz[]
            ) AS new(
                order_id, number, dealer_id, placed_by, on_behalf, salesperson_id, warehouse_id,
                terms, submitted_at, note, total_minor, expected_total_minor, version, status,
                queue, phase, at, about, reached, deadline
            )
        )
        INSERT INTO order_lines (
            order_id, line_no, sku, quantity, name, unit, unit_price, tax_rate_bp, net_minor,
            tax_minor, gross_minor, rule
        )
        SELECT * FROM unnest(
            $21::uuid[], $22::smallint[], $23::text[], $24::bigint[], $25::text[], $26::text[],
            $27::text[], $28::int[], $29::bigint[], $30::bigint[], $31::bigint[], $32::text[]
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
        [order_id for order_id, _ in lines],
        [line.line_no for _, line in lines],
        [line.sku for _, line in lines],
        [line.quantity for _, line in lines],
        [line.name for _, line in lines],
        [line.unit for _, line in lines],
        [line.unit_price for _, line in lines],
        [line.tax_rate_bp for _, line in lines],
        [line.net_minor for _, line in lines],
        [line.tax_minor for _, line in lines],
        [line.gross_minor for _, line in lines],
        [line.rule for _, line in lines],
    )


async def save_orders(tx: Tx, orders: Sequence[Order], queues: Sequence[str | None]) -> None:
    """Store the facts of locked orders and how far their sagas are, without lines and shipments.

    `wake_at` stands in an index, so it changes only when there is no timer yet.
    """
    await tx.execute(
        """
        UPDATE orders AS o
        SET total_minor = m.total_minor, version = m.version, status = m.status, queue = m.queue,
            phase = m.phase, at = m.at, about = m.about, reached = m.reached,
            attempt = m.attempt, deadline = m.deadline,
            wake_at = coalesce(o.wake_at, m.deadline),
            holds = string_to_array(m.holds, ','), credit = m.credit,
            over_limit_approved = m.over_limit_approved, stock = m.stock,
            confirmed_by = m.confirmed_by, confirmed_at = m.confirmed_at,
            released = m.released, started = m.started, put_back_awaited = m.put_back_awaited,
            fulfilment_revision = m.fulfilment_revision, funds_revision = m.funds_revision,
            covered_minor = m.covered_minor, returned_minor = m.returned_minor,
            ending = m.ending, reason = m.reason
        FROM unnest(
            $1::uuid[], $2::bigint[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::smallint[], $10::smallint[], $11::timestamptz[], $12::text[],
            $13::text[], $14::bool[], $15::text[], $16::uuid[], $17::timestamptz[], $18::bool[],
            $19::bool[], $20::bool[], $21::int[], $22::int[], $23::bigint[], $24::bigint[],
            $25::text[], $26::text[]
        ) AS m(
            order_id, total_minor, version, status, queue, phase, at, about, reached, attempt,
            deadline, holds, credit, over_limit_approved, stock, confirmed_by, confirmed_at,
            released, started, put_back_awaited, fulfilment_revision, funds_revision,
            covered_minor, returned_minor, ending, reason
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
        [",".join(sorted(order.holds)) for order in orders],
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
    )


async def save_lines(tx: Tx, lines: Sequence[tuple[UUID, Line]]) -> None:
    """Store prices and progress of lines (order id, line) of locked orders."""
    if not lines:
        return
    await tx.execute(
        """
        UPDATE order_lines AS l
        SET name = m.name, unit = m.unit, unit_price = m.unit_price, tax_rate_bp = m.tax_rate_bp,
            net_minor = m.net_minor, tax_minor = m.tax_minor, gross_minor = m.gross_minor,
            rule = m.rule, picked = m.picked, shipped = m.shipped, delivered = m.delivered,
            received = m.received
        FROM unnest(
            $1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::int[],
            $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::bigint[], $12::bigint[],
            $13::bigint[], $14::bigint[]
        ) AS m(
            order_id, line_no, name, unit, unit_price, tax_rate_bp, net_minor, tax_minor,
            gross_minor, rule, picked, shipped, delivered, received
        )
        WHERE l.order_id = m.order_id AND l.line_no = m.line_no
        """,
        [order_id for order_id, _ in lines],
        [line.line_no for _, line in lines],
        [line.name for _, line in lines],
        [line.unit for _, line in lines],
        [line.unit_price for _, line in lines],
        [line.tax_rate_bp for _, line in lines],
        [line.net_minor for _, line in lines],
        [line.tax_minor for _, line in lines],
        [line.gross_minor for _, line in lines],
        [line.rule for _, line in lines],
        [line.picked for _, line in lines],
        [line.shipped for _, line in lines],
        [line.delivered for _, line in lines],
        [line.received for _, line in lines],
    )


async def save_shipments(tx: Tx, shipments: Sequence[tuple[UUID, int, Shipment]]) -> None:
    """Store shipments (order id, place, shipment) of locked orders."""
    if not shipments:
        return
    await tx.execute(
        """
        INSERT INTO order_shipments AS s (
            order_id, shipment_id, place, number, status, quantities, invoice_number
        )
        SELECT order_id, shipment_id, place, number, status, quantities::jsonb, invoice_number
        FROM unnest(
            $1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[]
        ) AS m(order_id, shipment_id, place, number, status, quantities, invoice_number)
        ON CONFLICT (order_id, shipment_id)
        DO UPDATE SET status = excluded.status, invoice_number = excluded.invoice_number
        """,
        [order_id for order_id, _, _ in shipments],
        [shipment.shipment_id for _, _, shipment in shipments],
        [place for _, place, _ in shipments],
        [shipment.number for _, _, shipment in shipments],
        [shipment.status for _, _, shipment in shipments],
        [quantities_json(shipment.quantities) for _, _, shipment in shipments],
        [shipment.invoice_number for _, _, shipment in shipments],
    )


async def take_number_block(reader: Reader) -> int:
    """A number that nobody else gets; it stands for a block of order numbers."""
    block: int = await reader.fetchval("SELECT nextval('order_number_block')")
    return block
