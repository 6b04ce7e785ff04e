"""What notify does: open and close to-dos, queue messages and mails, learn who is who."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from uuid import UUID

from chassis import outbox
from chassis.clock import BUSINESS_TIME
from chassis.consumer import delivery_of
from chassis.db import Tx
from chassis.ids import time_of, uuid7
from contracts.dealers import DealerState
from contracts.gateway import UserState
from contracts.message import Message
from contracts.notify import MessageQueued, TodoDone, TodoOpened
from services.notify import domain, store
from services.notify.domain import MEND_ADDRESS, MENDER, Fact, Mail, Opening, Outcome, Patience


async def follow(tx: Tx, events: Sequence[Message]) -> None:
    """Keep to-dos and messages in step with a batch of events; nothing is opened or told twice."""
    facts = [_fact(event) for event in events]
    news = domain.digest(facts)
    await _owe(tx, [fact for fact in facts if isinstance(fact.event, domain.MOVING)])
    being_done = await store.open_places(tx, {subject_id for _, subject_id in news.done})
    done = await store.close_todos(
        tx, {place: fact for place, fact in news.done.items() if place in being_done}
    )
    voided = await store.void_todos(tx, news.voided)
    opened = await store.open_todos(tx, news.opened)
    queued = await store.insert_messages(tx, news.told)
    told = [MessageQueued.model_validate(message) for message in queued]
    await store.insert_mails(tx, [message.message_id for message in told])
    announced: list[Message] = [TodoDone.model_validate(todo) for todo in done + voided]
    announced += [TodoOpened.model_validate(todo) for todo in opened]
    await outbox.add(tx, announced + _tidings(told))


async def remind(tx: Tx, now: datetime, *, dealers: bool) -> int:
    """Tell who owes goods, and who picks them, once a day; to how many."""
    day = now.astimezone(BUSINESS_TIME).date()
    if not await store.begin_reminder(tx, day):
        return 0
    owed = await store.all_owed(tx)
    pickers = await store.pickers(tx)
    tellings = domain.reminders(owed, pickers, dealers=dealers, day=day, now=now)
    queued = await store.insert_messages(tx, tellings)
    told = [MessageQueued.model_validate(message) for message in queued]
    await store.insert_mails(tx, [message.message_id for message in told])
    await outbox.add(tx, _tidings(told))
    return len(told)


async def learn_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Know the names of dealers and their salespeople."""
    await store.upsert_dealers(tx, states)


async def learn_users(tx: Tx, states: Sequence[UserState]) -> None:
    """Know the names of users, and where mail reaches them."""
    user_ids = [state.user_id for state in states]
    before = await store.emails_of(tx, user_ids)
    await store.upsert_users(tx, states)
    await store.upsert_mailboxes(tx, states)
    after = await store.emails_of(tx, user_ids)
    moved = {user_id for user_id, email in after.items() if before.get(user_id) != email}
    await outbox.add(tx, await _finish(tx, {(MEND_ADDRESS, user_id) for user_id in moved}))


async def read_message(tx: Tx, message_id: UUID, user_id: UUID) -> None:
    """Remember that a user has read a message; again is fine."""
    await store.insert_read(tx, message_id, user_id)


async def switch_mail(tx: Tx, *, on: bool) -> None:
    """Whether what happens from now on is sent by e-mail too."""
    await (store.start_mailing(tx) if on else store.stop_mailing(tx))


async def choose_mail(tx: Tx, user_id: UUID, template: str, *, wanted: bool) -> None:
    """Whether a user gets e-mail of this template; it holds for what waits already, too."""
    await (store.unmute if wanted else store.mute)(tx, user_id, template)


async def take_mails(tx: Tx, now: datetime, lease: timedelta, limit: int) -> list[Mail]:
    """Take mails that are due; whoever does not settle them by the end of the lease has died."""
    return await store.take_mails(tx, now, lease, limit)


async def settle_mails(
    tx: Tx, outcomes: Sequence[Outcome], now: datetime, patience: Patience
) -> None:
    """Keep what became of mails; one that is given up is work for an administrator."""
    settlements = [domain.settle(one, now, patience) for one in outcomes]
    settled = await store.settle_mails(tx, settlements, now)
    valid = [one for one in outcomes if (one.mail.message_id, one.mail.user_id) in settled]
    found = domain.errands(valid, patience)
    announced = await _finish(tx, found.over)
    begun = {
        place: Opening(MENDER, None, Fact(None, uuid7(), now), facts)
        for place, facts in found.begun.items()
    }
    opened = await store.open_todos(tx, begun)
    await outbox.add(tx, announced + [TodoOpened.model_validate(todo) for todo in opened])


async def _finish(tx: Tx, places: Set[domain.Place]) -> list[Message]:
    """Close such of these works as are open; mostly none is."""
    being_done = await store.open_places(tx, {subject_id for _, subject_id in places})
    ending = uuid7()
    fact = Fact(None, ending, time_of(ending))
    done = await store.close_todos(tx, dict.fromkeys(sorted(being_done & places), fact))
    return [TodoDone.model_validate(todo) for todo in done]


def _tidings(told: Sequence[MessageQueued]) -> list[Message]:
    """One for each reader: of several messages at once, the newest is told."""
    return list({(message.user_id, message.dealer_id): message for message in told}.values())


async def _owe(tx: Tx, facts: Sequence[Fact]) -> None:
    """Keep what is owed in step; of orders that nothing is short of, there is nothing to keep."""
    known = await store.lock_owed(tx, {fact.event.order_id for fact in facts})
    lines = domain.move(known, facts)
    await store.delete_owed(tx, known.keys() - lines.keys())
    await store.save_owed(tx, [line for place, line in lines.items() if line != known.get(place)])


def _fact(event: Message) -> domain.Fact:
    delivery = delivery_of(event)
    kind, _, reference = (delivery.actor or "").partition(":")
    by = UUID(reference) if kind == "user" else None
    return domain.Fact(event, delivery.message_id, time_of(delivery.message_id), by)
