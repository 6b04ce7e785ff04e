"""Messages dealers listens to, and what each one does."""

from __future__ import annotations

from chassis.consumer import Subscription, on
from contracts.gateway import UserState
from services.dealers.commands.people import keep_users

SUBSCRIPTIONS: tuple[Subscription, ...] = (on(keep_users, UserState),)
