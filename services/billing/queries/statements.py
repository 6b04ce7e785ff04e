"""Statements of a period, and accounts as they were; read from the journal."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from itertools import accumulate
from uuid import UUID

from chassis.db import Reader
from chassis.errors import InvalidRequest
from services.billing.domain.documents import business_day
from services.billing.domain.statements import LINES_MAX, Aging, Period, aged
from services.billing.queries.accounts import account as account_of
from services.billing.schemas.statements import (
    AccountAsOfResponse,
    AgingResponse,
    StatementLine,
    StatementResponse,
)


async def account_as_of(reader: Reader, dealer_id: UUID, at: datetime) -> AccountAsOfResponse:
    """What a dealer's account stood at (U-02). Raises NotFound."""
    account = await account_of(reader, dealer_id)
    row = await reader.fetchrow(
        """
        WITH posted AS (
            SELECT order_id, code, kind, sum(amount_minor) AS amount
            FROM entries
            WHERE dealer_id = $1 AND created_at <= $2
            GROUP BY order_id, code, kind
        ), moved AS (
            SELECT order_id,
                   coalesce(-sum(amount) FILTER (WHERE kind = 'INVOICE'
                                                   AND code IN ('revenue', 'tax')), 0) AS invoiced,
                   coalesce(sum(amount) FILTER (WHERE code = 'receivable'), 0) AS receivable,
                   coalesce(-sum(amount) FILTER (WHERE code = 'advances'), 0) AS advances
            FROM posted
            WHERE order_id IS NOT NULL
            GROUP BY order_id
        ), open AS (
            SELECT coalesce(earlier.credit_minor, o.credit_minor) AS credit_minor,
                   coalesce(earlier.total_minor, o.total_minor) AS total_minor,
                   coalesce(invoiced, 0) AS invoiced,
                   coalesce(invoiced - receivable + advances, 0) AS covered
            FROM order_accounts o
            LEFT JOIN moved USING (order_id)
            LEFT JOIN (
                SELECT DISTINCT ON (order_id) order_id, previous_credit_minor AS credit_minor,
                       previous_total_minor AS total_minor
                FROM adjustments
                WHERE dealer_id = $1 AND adjusted_at > $2 AND refusal IS NULL
                ORDER BY order_id, revision
            ) earlier USING (order_id)
            WHERE dealer_id = $1 AND opened_at <= $2
              AND coalesce(earlier.credit_minor, o.credit_minor) > 0
              AND (state = 'OPEN' OR released_at > $2)
        )
        SELECT coalesce((SELECT limit_minor FROM credit_limits
                         WHERE dealer_id = $1 AND since <= $2
                         ORDER BY since DESC LIMIT 1), 0) AS credit_limit,
               (SELECT coalesce(sum(amount_minor), 0)::bigint FROM limit_grants
                WHERE dealer_id = $1 AND order_id IS NULL AND activated_at <= $2
                  AND (closed_at IS NULL OR closed_at > $2)) AS temporary_limit,
               (SELECT coalesce(sum(least(credit_minor,
                                          total_minor - greatest(invoiced, covered))), 0)::bigint
                FROM open) AS held,
               coalesce(sum(amount) FILTER (WHERE code = 'receivable'), 0)::bigint AS receivable,
               coalesce(-sum(amount) FILTER (WHERE code = 'advances'), 0)::bigint AS advances,
               coalesce(-sum(amount) FILTER (WHERE code = 'wallet'), 0)::bigint AS wallet
        FROM posted
        """,
        dealer_id,
        at,
    )
    assert row is not None
    exposure = row["held"] + row["receivable"]
    return AccountAsOfResponse(
        **account.model_dump(include={"dealer_id", "dealer_code", "dealer_name"}),
        as_of=at,
        credit_limit_minor=row["credit_limit"],
        temporary_limit_minor=row["temporary_limit"],
        held_minor=row["held"],
        receivable_minor=row["receivable"],
        exposure_minor=exposure,
        available_minor=max(0, row["credit_limit"] + row["temporary_limit"] - exposure),
        advances_minor=row["advances"],
        wallet_minor=row["wallet"],
    )


async def statement(reader: Reader, dealer_id: UUID, period: Period) -> StatementResponse:
    """One dealer's statement. Raises NotFound, InvalidRequest for more than LINES_MAX lines."""
    account = await account_of(reader, dealer_id)
    opening = await _balances(reader, dealer_id, period.begin)
    closing = await _balances(reader, dealer_id, period.end)
    aging = await _aging(reader, dealer_id, period)
    return StatementResponse(
        **account.model_dump(include={"dealer_id", "dealer_code", "dealer_name"}),
        first_day=period.first,
        last_day=period.last,
        opening_minor=opening["balance"],
        lines=await _lines(reader, dealer_id, period, opening["balance"]),
        closing_minor=closing["balance"],
        receivable_minor=closing["receivable"],
        advances_minor=closing["advances"],
        wallet_minor=closing["wallet"],
        aging=AgingResponse(**asdict(aging), total_minor=sum(asdict(aging).values())),
    )


async def _balances(reader: Reader, dealer_id: UUID, before: datetime) -> dict[str, int]:
    row = await reader.fetchrow(
        """
        SELECT coalesce(sum(amount_minor), 0)::bigint AS balance,
               coalesce(sum(amount_minor) FILTER (WHERE code = 'receivable'), 0)::bigint
                   AS receivable,
               coalesce(-sum(amount_minor) FILTER (WHERE code = 'advances'), 0)::bigint AS advances,
               coalesce(-sum(amount_minor) FILTER (WHERE code = 'wallet'), 0)::bigint AS wallet
        FROM entries
        WHERE dealer_id = $1 AND created_at < $2 AND code NOT IN ('cash', 'revenue', 'tax')
        """,
        dealer_id,
        before,
    )
    return dict(row) if row else {}


async def _lines(
    reader: Reader, dealer_id: UUID, period: Period, opening_minor: int
) -> list[StatementLine]:
    rows = await reader.fetch(
        """
        SELECT m.transaction_id, m.at, m.kind, o.number AS order_number, m.change_minor,
               coalesce(r.number, i.number, b.number, c.number) AS document_number
        FROM (
            SELECT transaction_id, min(entry_id) AS place, min(created_at) AS at, kind, order_id,
                   document_id, sum(amount_minor)::bigint AS change_minor
            FROM entries
            WHERE dealer_id = $1 AND created_at >= $2 AND created_at < $3
              AND code NOT IN ('cash', 'revenue', 'tax')
            GROUP BY transaction_id, kind, order_id, document_id
            HAVING sum(amount_minor) <> 0
            ORDER BY min(entry_id)
            LIMIT $4
        ) m
        LEFT JOIN receipts r ON r.receipt_id = m.document_id
        LEFT JOIN invoices i ON i.invoice_id = m.document_id
        LEFT JOIN refunds b ON b.refund_id = m.document_id
        LEFT JOIN credit_notes c ON c.credit_note_id = m.document_id
        LEFT JOIN order_accounts o ON o.order_id = m.order_id
        ORDER BY m.place
        """,
        dealer_id,
        period.begin,
        period.end,
        LINES_MAX + 1,
    )
    if len(rows) > LINES_MAX:
        raise InvalidRequest(("?to", f"More than {LINES_MAX} movements: ask for fewer days."))
    changes = [row["change_minor"] for row in rows]
    balances = list(accumulate(changes, initial=opening_minor))[1:]
    return [
        StatementLine(**row, balance_minor=balance)
        for row, balance in zip(rows, balances, strict=True)
    ]


async def _aging(reader: Reader, dealer_id: UUID, period: Period) -> Aging:
    """What is owed of an order is owed for its newest invoices: money pays the oldest first."""
    rows = await reader.fetch(
        """
        WITH owed AS (
            SELECT order_id, sum(amount_minor) AS amount
            FROM entries
            WHERE dealer_id = $1 AND created_at < $2 AND code = 'receivable'
            GROUP BY order_id
            HAVING sum(amount_minor) > 0
        ), stacked AS (
            SELECT i.issued_at, owed.amount, i.gross_minor,
                   sum(i.gross_minor) OVER (
                       PARTITION BY i.order_id ORDER BY i.issued_at DESC, i.invoice_id DESC
                   ) - i.gross_minor AS newer
            FROM owed
            JOIN invoices i USING (order_id)
            WHERE i.issued_at < $2
        )
        SELECT issued_at, least(gross_minor, amount - newer)::bigint AS amount_minor
        FROM stacked
        WHERE newer < amount
        """,
        dealer_id,
        period.end,
    )
    owed = ((business_day(row["issued_at"]), row["amount_minor"]) for row in rows)
    return aged(owed, period.last)
