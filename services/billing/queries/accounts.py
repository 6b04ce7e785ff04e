"""Accounts of dealers and of orders; row-level security leaves what the caller may see."""

from __future__ import annotations

from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.billing.schemas.accounts import Account, EntryResponse, OrderFunds


async def account(reader: Reader, dealer_id: UUID) -> Account:
    """One dealer's account. Raises NotFound, for what is foreign too."""
    row = await reader.fetchrow(
        """
        SELECT dealer_id, code AS dealer_code, name AS dealer_name, version, credit_limit_minor,
               held_minor, receivable_minor, held_minor + receivable_minor AS exposure_minor,
               greatest(0, credit_limit_minor + temporary_limit_minor
                           - held_minor - receivable_minor) AS available_minor,
               temporary_limit_minor, over_limit_minor, advances_minor, wallet_minor
        FROM accounts
        WHERE dealer_id = $1
        """,
        dealer_id,
    )
    if row is None:
        raise NotFound
    return Account(**row)


async def accounts(reader: Reader, page: PageRequest, *, text: str | None) -> Page[Account]:
    """By the code of the dealer; `text` is the start of it, or a part of the name."""
    code, dealer_id = page.key(str, UUID)
    rows = await reader.fetch(
        """
        SELECT dealer_id, code AS dealer_code, name AS dealer_name, version, credit_limit_minor,
               held_minor, receivable_minor, held_minor + receivable_minor AS exposure_minor,
               greatest(0, credit_limit_minor + temporary_limit_minor
                           - held_minor - receivable_minor) AS available_minor,
               temporary_limit_minor, over_limit_minor, advances_minor, wallet_minor
        FROM accounts
        WHERE ($1::text IS NULL OR (code, dealer_id) > ($1, $2::uuid))
          AND ($3::text IS NULL OR starts_with(upper(code), upper($3)) OR strpos(name, $3) > 0)
        ORDER BY code, dealer_id
        LIMIT $4
        """,
        code,
        dealer_id,
        text,
        page.fetch,
    )
    found = [Account(**row) for row in rows]
    return Page[Account].of(found, page, key=lambda one: (one.dealer_code, one.dealer_id))


async def entries(reader: Reader, page: PageRequest, dealer_id: UUID) -> Page[EntryResponse]:
    """What was posted for a dealer, newest first."""
    (before,) = page.key(int)
    rows = await reader.fetch(
        """
        SELECT entry_id, transaction_id, kind, code, order_id, document_id, amount_minor,
               created_at
        FROM entries
        WHERE dealer_id = $1 AND ($2::bigint IS NULL OR entry_id < $2)
        ORDER BY entry_id DESC
        LIMIT $3
        """,
        dealer_id,
        before,
        page.fetch,
    )
    found = [EntryResponse(**row) for row in rows]
    return Page[EntryResponse].of(found, page, key=lambda one: (one.entry_id,))


async def order_funds(reader: Reader, order_id: UUID) -> OrderFunds:
    """How far one order is paid. Raises NotFound."""
    row = await reader.fetchrow(
        """
        SELECT order_id, number, payment_status, covered_minor,
               due_minor - covered_minor AS open_due_minor
        FROM order_accounts
        WHERE order_id = $1
        """,
        order_id,
    )
    if row is None:
        raise NotFound
    return OrderFunds(**row)
