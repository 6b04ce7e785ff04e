"""What notify does with events: open and close to-dos, queue messages, learn names."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis import outbox
from chassis.consumer import delivery_of
from chassis.db import Tx
from chassis.ids import time_of
from contracts.dealers import DealerState
from contracts.gateway import UserState
from contracts.message import Message
from contracts.notify import MessageQueued, TodoDone, TodoOpened
from services.notify import domain, store


async def follow(tx: Tx, events: Sequence[Message]) -> None:
    """Keep to-dos and messages in step with a batch of events; nothing is opened or told twice."""
    news = domain.digest([_fact(event) for event in events])
    being_done = await store.open_places(tx, {subject_id for _, subject_id in news.done})
    done = await store.close_todos(
        tx, {place: fact for place, fact in news.done.items() if place in being_done}
    )
    voided = await store.void_todos(tx, news.voided)
    opened = await store.open_todos(tx, news.opened)
    queued = await store.insert_messages(tx, news.told)
    announced: list[Message] = [TodoDone.model_validate(todo) for todo in done + voided]
    announced += [TodoOpened.model_validate(todo) for todo in opened]
    await outbox.add(tx, announced + _tidings(queued))


async def learn_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Know the names of dealers and their salespeople."""
    await store.upsert_dealers(tx, states)


async def learn_users(tx: Tx, states: Sequence[UserState]) -> None:
    """Know the names of users."""
    await store.upsert_users(tx, states)


async def read_message(tx: Tx, message_id: UUID, user_id: UUID) -> None:
    """Remember that a user has read a message; again is fine."""
    await store.insert_read(tx, message_id, user_id)


def _tidings(queued: Sequence[store.Facts]) -> list[Message]:
    """One for each reader: of several messages at once, the newest is told."""
    newest = {(message["user_id"], message["dealer_id"]): message for message in queued}
    return [MessageQueued.model_validate(message) for message in newest.values()]


def _fact(event: Message) -> domain.Fact:
    delivery = delivery_of(event)
    kind, _, reference = (delivery.actor or "").partition(":")
    by = UUID(reference) if kind == "user" else None
    return domain.Fact(event, delivery.message_id, time_of(delivery.message_id), by)
