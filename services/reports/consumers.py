"""Messages reports listens to, and what each one does."""

from __future__ import annotations

from chassis.consumer import Subscription, on
from contracts.catalog import ProductState
from contracts.dealers import DealerState
from contracts.gateway import UserState
from services.reports import commands
from services.reports.domain import TOLD

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    on(commands.tell, *TOLD, replayable=True, together=True),
    on(commands.learn_dealers, DealerState),
    on(commands.learn_users, UserState),
    on(commands.learn_products, ProductState),
)
