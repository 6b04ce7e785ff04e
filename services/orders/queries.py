"""What orders can be asked to show; row-level security leaves what the caller may see."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.orders.domain.order import Order
from services.orders.schemas import CURRENCY, OrderSummary
from services.orders.store.rows import order_of


async def order(reader: Reader, order_id: UUID) -> Order:
    """One order. Raises NotFound, for what is foreign too."""
    row = await reader.fetchrow(
        """
        SELECT order_id, number, dealer_id, placed_by, on_behalf, salesperson_id, warehouse_id,
               terms, submitted_at, note, buyer, total_minor, expected_total_minor, version,
               phase, at, about, reached, attempt, deadline, holds, held, credit,
               over_limit_approved, stock,
               confirmed_by, confirmed_at, released, started, put_back_awaited,
               fulfilment_revision, funds_revision, covered_minor, returned_minor, ending, reason,
               lines, shipments, changes
        FROM orders
        WHERE order_id = $1
        """,
        order_id,
    )
    if row is None:
        raise NotFound
    return order_of(row)


async def orders(
    reader: Reader,
    page: PageRequest,
    *,
    statuses: Sequence[str] = (),
    queue: str | None = None,
    dealer_id: UUID | None = None,
    number: str | None = None,
) -> Page[OrderSummary]:
    """Newest first; empty filters leave all."""
    (after,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT o.order_id, o.number, o.version, o.dealer_id, d.name AS dealer_name,
               o.salesperson_id, o.status, o.queue, o.total_minor, o.covered_minor,
               o.submitted_at
        FROM orders o
        LEFT JOIN dealers d ON d.dealer_id = o.dealer_id
        WHERE ($1::uuid IS NULL OR o.order_id < $1)
          AND (cardinality($2::text[]) = 0 OR o.status = ANY($2))
          AND ($3::text IS NULL OR (o.queue = $3 AND o.phase IN ('FORWARD', 'BACKWARD')))
          AND ($4::uuid IS NULL OR o.dealer_id = $4)
          AND ($5::text IS NULL OR o.number = $5)
        ORDER BY o.order_id DESC
        LIMIT $6
        """,
        after,
        list(statuses),
        queue,
        dealer_id,
        number,
        page.fetch,
    )
    found = [OrderSummary(**row, currency=CURRENCY) for row in rows]
    return Page[OrderSummary].of(found, page, key=lambda one: (one.order_id,))


async def counts(reader: Reader) -> dict[str, int]:
    """How many open orders stand in each role's work queue."""
    rows = await reader.fetch(
        """
        SELECT queue, count(*) AS orders
        FROM orders
        WHERE phase IN ('FORWARD', 'BACKWARD') AND queue IS NOT NULL
        GROUP BY queue
        ORDER BY queue
        """
    )
    return {row["queue"]: row["orders"] for row in rows}
