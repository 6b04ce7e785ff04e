"""Messages notify listens to, and what each one does."""

from __future__ import annotations

from chassis.consumer import Subscription, on
from contracts.dealers import DealerState
from contracts.gateway import UserState
from services.notify import commands
from services.notify.domain import FOLLOWED

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    on(commands.follow, *FOLLOWED, replayable=True, together=True),
    on(commands.learn_dealers, DealerState),
    on(commands.learn_users, UserState),
)
