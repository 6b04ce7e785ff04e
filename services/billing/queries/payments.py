"""Receipts and what they pay for."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.billing.schemas.payments import (
    AllocationResponse,
    Payment,
    PaymentFilters,
    PaymentResponse,
)


async def payments(reader: Reader, page: PageRequest, filters: PaymentFilters) -> Page[Payment]:
    """Receipts, newest first."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT r.dealer_id, a.code AS dealer_code, a.name AS dealer_name,
               r.receipt_id AS payment_id, r.number, r.version, r.method, r.reference, r.state,
               r.amount_minor, r.allocated_minor,
               r.amount_minor - r.allocated_minor AS unallocated_minor, r.received_on,
               coalesce(r.booked_on, r.received_on) AS booked_on,
               r.recorded_by, r.recorded_at
        FROM receipts r
        JOIN accounts a ON a.dealer_id = r.dealer_id
        WHERE ($1::uuid IS NULL OR r.receipt_id < $1)
          AND ($2::uuid IS NULL OR r.dealer_id = $2)
          AND ($3::uuid IS NULL OR r.receipt_id IN (
                   SELECT receipt_id FROM allocations
                   WHERE order_id = $3 AND undone_minor < amount_minor))
          AND ($4::text IS NULL OR r.state = $4)
          AND ($5::text IS NULL OR r.number = $5 OR r.reference = $5)
        ORDER BY r.receipt_id DESC
        LIMIT $6
        """,
        before,
        filters.dealer_id,
        filters.order_id,
        filters.state,
        filters.q,
        page.fetch,
    )
    found = [Payment(**row) for row in rows]
    return Page[Payment].of(found, page, key=lambda one: (one.payment_id,))


async def payment(reader: Reader, payment_id: UUID) -> PaymentResponse:
    """One receipt with what it pays for; `allowed_actions` is left empty. Raises NotFound."""
    row = await reader.fetchrow(
        """
        SELECT r.dealer_id, a.code AS dealer_code, a.name AS dealer_name,
               r.receipt_id AS payment_id, r.number, r.version, r.method, r.reference, r.state,
               r.amount_minor, r.allocated_minor,
               r.amount_minor - r.allocated_minor AS unallocated_minor, r.received_on,
               coalesce(r.booked_on, r.received_on) AS booked_on, r.note,
               r.recorded_by, r.recorded_at, r.reversed_by, r.reversed_at, r.reverse_reason
        FROM receipts r
        JOIN accounts a ON a.dealer_id = r.dealer_id
        WHERE r.receipt_id = $1
        """,
        payment_id,
    )
    if row is None:
        raise NotFound
    return PaymentResponse(
        **row, allocations=await _allocations(reader, payment_id), allowed_actions=[]
    )


async def _allocations(reader: Reader, payment_id: UUID) -> Sequence[AllocationResponse]:
    rows = await reader.fetch(
        """
        SELECT order_id, o.number AS order_number, a.amount_minor - a.undone_minor AS amount_minor,
               a.allocated_at
        FROM allocations a
        JOIN order_accounts o USING (order_id)
        WHERE a.receipt_id = $1 AND a.undone_minor < a.amount_minor
        ORDER BY a.allocation_id
        """,
        payment_id,
    )
    return [AllocationResponse(**row) for row in rows]
