"""Messages catalog listens to, and what each one does."""

from __future__ import annotations

from chassis.consumer import Subscription, on
from contracts.catalog import PriceOrder
from contracts.dealers import DealerState
from services.catalog.commands.dealers import keep_dealers
from services.catalog.commands.pricing import price_orders

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    on(price_orders, PriceOrder),
    on(keep_dealers, DealerState),
)
