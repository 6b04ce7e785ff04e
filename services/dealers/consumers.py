"""Messages dealers listens to, and what each one does."""

from __future__ import annotations

from chassis.consumer import Subscription, on
from contracts.billing import BalanceTold
from contracts.gateway import UserState
from contracts.orders import OpenOrdersCounted
from services.dealers.commands.leaving import count_orders, take_balances
from services.dealers.commands.people import keep_users

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    on(keep_users, UserState),
    on(count_orders, OpenOrdersCounted),
    on(take_balances, BalanceTold),
)
