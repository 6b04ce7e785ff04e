"""Messages orders listens to, and what each one does."""

from __future__ import annotations

from chassis.consumer import Subscription, on
from contracts.catalog import ProductState
from contracts.dealers import DealerState
from contracts.orders import TimeOutOrder
from services.orders.commands.going_on import advance_orders, time_out_orders
from services.orders.commands.projecting import keep_dealers, keep_products
from services.orders.domain.facts import ABSORBED

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    on(advance_orders, *ABSORBED),
    on(time_out_orders, TimeOutOrder),
    on(keep_dealers, DealerState),
    on(keep_products, ProductState),
)
