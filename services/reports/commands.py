"""What reports does with events: add them to the stories of their orders, learn names."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from uuid import UUID

from chassis.consumer import delivery_of
from chassis.db import Tx
from chassis.envelope import Delivery
from chassis.ids import time_of
from contracts.catalog import ProductState
from contracts.dealers import DealerState
from contracts.gateway import UserState
from contracts.message import Message, State
from services.reports import domain, store


async def tell(tx: Tx, events: Sequence[Message]) -> None:
    """Add a batch of events to the stories of their orders; one that is known changes nothing."""
    await _tell(tx, [_fact(event, delivery_of(event)) for event in events])


async def hold_still(tx: Tx) -> None:
    """Let whoever follows the events wait until `tx` ends; readers do not notice."""
    await store.lock_projection(tx)


async def rebuild(tx: Tx, history: AsyncIterable[Sequence[Delivery]]) -> int:
    """Forget all stories and tell them anew, while all holds still; returns of how many events.

    Names are not forgotten, only learnt again: a state of which nothing is left stays known.
    Whoever followed the events goes on where he was: what he told before is in the history, so
    nothing is lost between the two. Readers see the old stories until `tx` ends.
    """
    told = 0
    await store.delete_orders(tx)
    await store.delete_events(tx)
    async for page in history:
        once = {delivery.message_id: delivery for delivery in page if delivery.type in _TOLD}
        facts = [_fact(_read(delivery, _TOLD), delivery) for delivery in once.values()]
        await _tell(tx, facts)
        await _learn(tx, [_read(one, _LEARNT) for one in page if one.type in _LEARNT])
        told += len(facts)
    return told


async def learn_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Know the names of dealers."""
    await store.upsert_dealers(tx, states)


async def learn_users(tx: Tx, states: Sequence[UserState]) -> None:
    """Know the names of users."""
    await store.upsert_users(tx, states)


async def learn_products(tx: Tx, states: Sequence[ProductState]) -> None:
    """Know the names of products."""
    await store.upsert_products(tx, states)


async def _learn(tx: Tx, states: Sequence[Message]) -> None:
    """Learn states of all kinds, of which some may be of one and the same thing."""
    newest = domain.newest(state for state in states if isinstance(state, State))
    await learn_dealers(tx, [state for state in newest if isinstance(state, DealerState)])
    await learn_users(tx, [state for state in newest if isinstance(state, UserState)])
    await learn_products(tx, [state for state in newest if isinstance(state, ProductState)])


async def _tell(tx: Tx, facts: Sequence[domain.Fact]) -> None:
    await store.upsert_orders(tx, domain.summarize(facts))
    await store.insert_events(tx, facts)


_Kinds = Mapping[str, type[Message]]
_TOLD: _Kinds = {event.type: event for event in domain.TOLD}
_LEARNT: _Kinds = {state.type: state for state in domain.LEARNT}


def _read(delivery: Delivery, kinds: _Kinds) -> Message:
    return kinds[delivery.type].model_validate_json(delivery.body)


def _fact(event: Message, delivery: Delivery) -> domain.Fact:
    kind, _, reference = (delivery.actor or "").partition(":")
    actor_id = UUID(reference) if kind == "user" else None
    at = time_of(delivery.message_id)
    return domain.Fact(event, delivery.message_id, at, actor_id, delivery.body)
