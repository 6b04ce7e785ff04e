"""What the saga desk shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record

from chassis.db import Reader
from chassis.pages import Page, PageRequest
from chassis.parking import last_line
from services.orders.desk.domain import PARTICIPANTS
from services.orders.desk.schemas import DeskKind, DeskRow, ProposalResponse


async def desk(
    reader: Reader,
    page: PageRequest,
    *,
    attempts: int,
    waited_since: datetime,
    kind: DeskKind | None = None,
) -> Page[DeskRow]:
    """Open orders that are parked, asked about in vain or older than that; oldest first."""
    (after,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT o.order_id, o.number, o.dealer_id, d.name AS dealer_name, o.status, o.at AS step,
               o.queue, o.attempt, o.reason, o.submitted_at, o.deadline, p.parked_at, p.error,
               k.kind
        FROM orders o
        LEFT JOIN dealers d ON d.dealer_id = o.dealer_id
        LEFT JOIN parked_orders() p ON p.order_id = o.order_id
        CROSS JOIN LATERAL (
            SELECT CASE WHEN p.order_id IS NOT NULL THEN 'PARKED'
                        WHEN o.attempt >= $3 THEN 'STUCK'
                        WHEN o.submitted_at <= $4 THEN 'WAITING' END AS kind
        ) k
        WHERE o.phase IN ('FORWARD', 'BACKWARD')
          AND ($1::uuid IS NULL OR o.order_id > $1)
          AND k.kind IS NOT NULL AND ($5::text IS NULL OR k.kind = $5)
        ORDER BY o.order_id
        LIMIT $2
        """,
        after,
        page.fetch,
        attempts,
        waited_since,
        kind,
    )
    return Page.of([_row(row) for row in rows], page, key=lambda one: (one.order_id,))


async def parked_error(reader: Reader, order_id: UUID) -> str | None:
    """Why messages of an order wait, if they do."""
    error: str | None = await reader.fetchval(
        "SELECT error FROM parked_orders() WHERE order_id = $1", order_id
    )
    return None if error is None else last_line(error)


async def proposals(
    reader: Reader, page: PageRequest, *, order_id: UUID | None = None
) -> Page[ProposalResponse]:
    """Newest first, the decided ones too."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT proposal_id, order_id, order_version, action, reason, proposed_by, proposed_at,
               expires_at, state, decided_by, decided_at
        FROM desk_proposals
        WHERE ($1::uuid IS NULL OR proposal_id < $1) AND ($3::uuid IS NULL OR order_id = $3)
        ORDER BY proposal_id DESC
        LIMIT $2
        """,
        before,
        page.fetch,
        order_id,
    )
    found = [ProposalResponse(**row) for row in rows]
    return Page[ProposalResponse].of(found, page, key=lambda one: (one.proposal_id,))


def waited_since(now: datetime, hours: int) -> datetime:
    """Orders that were submitted before have waited too long."""
    return now - timedelta(hours=hours)


def _row(row: Record) -> DeskRow:
    return DeskRow(
        order_id=row["order_id"],
        number=row["number"],
        dealer_id=row["dealer_id"],
        dealer_name=row["dealer_name"],
        kind=row["kind"],
        status=row["status"],
        step=row["step"],
        service="orders" if row["kind"] == "PARKED" else PARTICIPANTS.get(row["step"]),
        owner=row["queue"] if row["kind"] == "WAITING" and row["queue"] else "ADM",
        reason=_reason(row),
        since=row["parked_at"] or row["submitted_at"],
        next_ask_at=row["deadline"],
    )


def _reason(row: Record) -> str:
    if row["kind"] == "PARKED":
        return last_line(row["error"])
    if row["kind"] == "STUCK":
        return row["reason"] or f"no answer to {row['attempt']} asks"
    return f"waits at {row['step']}"
