"""Accounts of dealers and of orders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from asyncpg import Record

from chassis.db import Tx
from contracts.billing import BalanceTold
from contracts.dealers import DealerState, ExitStep
from services.billing.domain.books import Account, OrderAccount, OrderState


async def upsert_dealers(tx: Tx, dealers: Sequence[DealerState]) -> set[UUID]:
    """Take over what dealers announced, unless something newer is known; return whose was news.

    A new account has version 0 and no credit. The rows are locked.
    """
    rows = await tx.fetch(
        """
        INSERT INTO accounts (
            dealer_id, code, name, salesperson_id, dealer_version, credit_days, credit_limit_minor,
            over_limit_minor, held_minor, receivable_minor, advances_minor, wallet_minor, version,
            province, city, settling
        )
        SELECT dealer_id, code, name, salesperson_id, version, credit_days, 0, 0, 0, 0, 0, 0, 0,
               province, city, settling
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::int[], $6::int[],
                    $7::text[], $8::text[], $9::boolean[])
             AS dealer(dealer_id, code, name, salesperson_id, version, credit_days, province, city,
                       settling)
        ORDER BY dealer_id
        ON CONFLICT (dealer_id) DO UPDATE
        SET code = excluded.code, name = excluded.name,
            salesperson_id = excluded.salesperson_id, credit_days = excluded.credit_days,
            province = excluded.province, city = excluded.city,
            settling = excluded.settling, balance_told = NULL,
            dealer_version = excluded.dealer_version, version = accounts.version + 1
        WHERE excluded.dealer_version > accounts.dealer_version
        RETURNING dealer_id
        """,
        [dealer.dealer_id for dealer in dealers],
        [dealer.code for dealer in dealers],
        [dealer.name for dealer in dealers],
        [dealer.salesperson_id for dealer in dealers],
        [dealer.version for dealer in dealers],
        [dealer.terms.credit_days for dealer in dealers],
        [dealer.province for dealer in dealers],
        [dealer.city for dealer in dealers],
        [dealer.exit_step is ExitStep.BALANCE for dealer in dealers],
    )
    return {row["dealer_id"] for row in rows}


async def balances_to_tell(tx: Tx) -> list[BalanceTold]:
    """What stands in the accounts of dealers who leave, where that was not told yet; it counts as
    told.
    """
    rows = await tx.fetch(
        """
        WITH settling AS (
            SELECT dealer_id, held_minor, receivable_minor, advances_minor, wallet_minor,
                   balance_told
            FROM accounts
            WHERE settling
            ORDER BY dealer_id
            FOR NO KEY UPDATE SKIP LOCKED
        ), counted AS (
            SELECT dealer_id, balance_told, ARRAY[
                held_minor, receivable_minor, advances_minor, wallet_minor,
                (SELECT coalesce(sum(r.amount_minor), 0)::bigint FROM refunds r
                 WHERE r.dealer_id = settling.dealer_id
                   AND r.state IN ('REQUESTED', 'APPROVED', 'FAILED'))
            ] AS balance
            FROM settling
        )
        UPDATE accounts a
        SET balance_told = c.balance
        FROM counted c
        WHERE a.dealer_id = c.dealer_id AND c.balance IS DISTINCT FROM c.balance_told
        RETURNING a.dealer_id, a.dealer_version, c.balance
        """
    )
    return [
        BalanceTold(
            dealer_id=row["dealer_id"],
            dealer_version=row["dealer_version"],
            held_minor=held,
            receivable_minor=receivable,
            advances_minor=advances,
            wallet_minor=wallet,
            refunds_minor=refunds,
        )
        for row in rows
        for held, receivable, advances, wallet, refunds in [row["balance"]]
    ]


async def lock_accounts(tx: Tx, dealer_ids: Collection[UUID]) -> dict[UUID, Account]:
    """Accounts by dealer; they, and all that belongs to them, are held until the end."""
    rows = await tx.fetch(
        """
        SELECT dealer_id, credit_limit_minor, salesperson_id, over_limit_minor, held_minor,
               receivable_minor, advances_minor, wallet_minor, version, temporary_limit_minor
        FROM accounts
        WHERE dealer_id = ANY($1::uuid[])
        ORDER BY dealer_id
        FOR NO KEY UPDATE
        """,
        list(dealer_ids),
    )
    return {row["dealer_id"]: Account(*row) for row in rows}


async def order_accounts(tx: Tx, order_ids: Collection[UUID]) -> dict[UUID, OrderAccount]:
    rows = await tx.fetch(
        """
        SELECT order_id, dealer_id, number, total_minor, credit_minor, state, covered_minor,
               invoiced_minor, returned_minor, revision, credited_minor
        FROM order_accounts
        WHERE order_id = ANY($1::uuid[])
        """,
        list(order_ids),
    )
    return {row["order_id"]: _order_account(row) for row in rows}


async def save_accounts(tx: Tx, accounts: Sequence[Account]) -> None:
    """Store the balances of locked accounts."""
    await tx.execute(
        """
        UPDATE accounts
        SET credit_limit_minor = new.credit_limit, over_limit_minor = new.over_limit,
            held_minor = new.held, receivable_minor = new.receivable,
            advances_minor = new.advances, wallet_minor = new.wallet,
            temporary_limit_minor = new.temporary,
            version = accounts.version + 1
        FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
                    $6::bigint[], $7::bigint[], $8::bigint[])
             AS new(dealer_id, credit_limit, over_limit, held, receivable, advances, wallet,
                    temporary)
        WHERE accounts.dealer_id = new.dealer_id
        """,
        [account.dealer_id for account in accounts],
        [account.credit_limit_minor for account in accounts],
        [account.over_limit_minor for account in accounts],
        [account.held_minor for account in accounts],
        [account.receivable_minor for account in accounts],
        [account.advances_minor for account in accounts],
        [account.wallet_minor for account in accounts],
        [account.temporary_limit_minor for account in accounts],
    )


async def save_order_accounts(tx: Tx, orders: Sequence[OrderAccount]) -> None:
    """Store order accounts, new ones and known ones; the accounts of their dealers are locked."""
    await tx.execute(
        """
        INSERT INTO order_accounts (
            order_id, dealer_id, number, total_minor, credit_minor, state, due_minor, held_minor,
            covered_minor, invoiced_minor, returned_minor, payment_status, revision
        )
        SELECT order_id, dealer_id, number, total, credit, state, due, held, covered, invoiced,
               returned, payment_status, revision
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::text[],
                    $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
                    $12::text[], $13::int[])
             AS new(order_id, dealer_id, number, total, credit, state, due, held, covered,
                    invoiced, returned, payment_status, revision)
        ON CONFLICT (order_id) DO UPDATE
        SET total_minor = excluded.total_minor, credit_minor = excluded.credit_minor,
            state = excluded.state, due_minor = excluded.due_minor,
            held_minor = excluded.held_minor, covered_minor = excluded.covered_minor,
            invoiced_minor = excluded.invoiced_minor, returned_minor = excluded.returned_minor,
            payment_status = excluded.payment_status, revision = excluded.revision
        """,
        [order.order_id for order in orders],
        [order.dealer_id for order in orders],
        [order.number for order in orders],
        [order.total_minor for order in orders],
        [order.credit_minor for order in orders],
        [order.state for order in orders],
        [order.due_minor for order in orders],
        [order.held_minor for order in orders],
        [order.covered_minor for order in orders],
        [order.invoiced_minor for order in orders],
        [order.returned_minor for order in orders],
        [order.payment_status for order in orders],
        [order.revision for order in orders],
    )


async def credit_orders(tx: Tx, orders: Sequence[OrderAccount]) -> None:
    """Store what credit notes took back; the accounts of the orders' dealers are locked."""
    await tx.execute(
        """
        UPDATE order_accounts
        SET credited_minor = new.credited
        FROM unnest($1::uuid[], $2::bigint[]) AS new(order_id, credited)
        WHERE order_accounts.order_id = new.order_id
        """,
        [order.order_id for order in orders],
        [order.credited_minor for order in orders],
    )


async def mark_released(tx: Tx, order_ids: Collection[UUID]) -> None:
    """Keep when orders were released, for what is asked of the past; once."""
    await tx.execute(
        """
        UPDATE order_accounts
        SET released_at = statement_timestamp()
        WHERE order_id = ANY($1::uuid[]) AND state = 'RELEASED' AND released_at IS NULL
        """,
        list(order_ids),
    )


async def insert_credit_limits(tx: Tx, limits: Sequence[tuple[UUID, int]]) -> None:
    """From now on these limits hold; the accounts of the dealers are locked."""
    await tx.execute(
        """
        INSERT INTO credit_limits (dealer_id, limit_minor)
        SELECT dealer_id, limit_minor FROM unnest($1::uuid[], $2::bigint[])
             AS new(dealer_id, limit_minor)
        """,
        [dealer_id for dealer_id, _ in limits],
        [limit for _, limit in limits],
    )


def _order_account(row: Record) -> OrderAccount:
    return OrderAccount(
        row["order_id"],
        row["dealer_id"],
        row["number"],
        row["total_minor"],
        row["credit_minor"],
        OrderState(row["state"]),
        row["covered_minor"],
        row["invoiced_minor"],
        row["returned_minor"],
        row["revision"],
        row["credited_minor"],
    )
