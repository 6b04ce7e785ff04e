"""Hear what is still open of dealers who leave (F-50)."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.db import Tx
from contracts.billing import BalanceTold
from contracts.orders import OpenOrdersCounted
from services.dealers.commands.dealers import change_dealers
from services.dealers.domain import dealers as domain
from services.dealers.domain.dealers import Balance


async def count_orders(tx: Tx, replies: Sequence[OpenOrdersCounted]) -> None:
    """How many orders of each are open; after the last one his balance is asked for."""
    await change_dealers(
        tx,
        [
            (reply.dealer_id, domain.orders_counted(reply.open_orders, reply.dealer_version))
            for reply in replies
        ],
    )


async def take_balances(tx: Tx, replies: Sequence[BalanceTold]) -> None:
    """What stands in the account of each; who has nothing there has left."""
    await change_dealers(
        tx,
        [
            (reply.dealer_id, domain.balance_told(_balance(reply), reply.dealer_version))
            for reply in replies
        ],
    )


def _balance(reply: BalanceTold) -> Balance:
    return Balance(
        reply.held_minor,
        reply.receivable_minor,
        reply.advances_minor,
        reply.wallet_minor,
        reply.refunds_minor,
    )
