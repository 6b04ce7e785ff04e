"""Messages in: the gateway learns of dealers, and writes down what people do elsewhere."""

from __future__ import annotations

from chassis.consumer import Subscription, on
from contracts.dealers import DealerState
from gateway.audit import AUDITED_EVENTS, AUDITED_STATES, by_a_person
from gateway.commands import auditing, users

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    on(users.take_dealer_states, DealerState),
    on(auditing.record_states, *AUDITED_STATES, together=True),
    on(
        auditing.record_events,
        *AUDITED_EVENTS,
        replayable=True,
        together=True,
        when=by_a_person,
    ),
)
