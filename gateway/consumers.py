"""Messages in: the gateway learns of dealers."""

from __future__ import annotations

from chassis.consumer import Subscription, on
from contracts.dealers import DealerState
from gateway.commands import users

SUBSCRIPTIONS: tuple[Subscription, ...] = (on(users.take_dealer_states, DealerState),)
