"""What reports does with events: add them to the stories of their orders, learn names."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.consumer import envelope_of
from chassis.db import Tx
from contracts.dealers import DealerState
from contracts.gateway import UserState
from contracts.message import Message
from services.reports import domain, store


async def tell(tx: Tx, events: Sequence[Message]) -> None:
    """Add a batch of events to the stories of their orders; one that is known changes nothing."""
    facts = [_fact(event) for event in events]
    await store.upsert_orders(tx, domain.summarize(facts))
    await store.insert_events(tx, facts)


async def learn_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Know the names of dealers."""
    await store.upsert_dealers(tx, states)


async def learn_users(tx: Tx, states: Sequence[UserState]) -> None:
    """Know the names of users."""
    await store.upsert_users(tx, states)


def _fact(event: Message) -> domain.Fact:
    envelope = envelope_of(event)
    kind, _, reference = (envelope.actor or "").partition(":")
    actor_id = UUID(reference) if kind == "user" else None
    return domain.Fact(event, envelope.message_id, envelope.time, actor_id)
