"""The order's story on a real PostgreSQL: rows do not depend on how messages arrive."""

import random
from uuid import uuid4

import pytest

from chassis.consumer import Dispatch
from chassis.errors import NotFound
from services.reports import queries
from services.reports.consumers import SUBSCRIPTIONS
from tests.builders.events import Story, a_dealer_state, a_delivery


async def deliver(db, deliveries, *, at_once=1):
    dispatch = Dispatch(db, SUBSCRIPTIONS)
    for start in range(0, len(deliveries), at_once):
        await dispatch.deliver(deliveries[start : start + at_once])


def interleaved(deliveries, seed):
    """Another order between the keys of topics; inside each key of a topic the order stays."""
    chance, lines = random.Random(seed), {}
    for delivery in deliveries:
        lines.setdefault((delivery.type.partition(".")[0], delivery.key), []).append(delivery)
    waiting, mixed = list(lines.values()), []
    while waiting:
        line = chance.choice(waiting)
        mixed.append(line.pop(0))
        if not line:
            waiting.remove(line)
    return mixed


async def test_rows_are_the_same_after_duplicates_batches_and_any_interleaving(reports_db):
    stories = [Story(f"DD-2611-{n:06}") for n in range(8)]
    history = [a_delivery(event) for story in stories for event in story.whole_life()]
    await deliver(reports_db, history)
    expected = await queries.digest(reports_db)

    for seed, at_once in ((1, 1), (2, 7), (3, 1_000)):
        await reports_db.execute("DELETE FROM inbox; DELETE FROM orders; DELETE FROM order_events")
        await deliver(reports_db, interleaved(history * 2, seed), at_once=at_once)
        assert await queries.digest(reports_db) == expected


async def test_the_digest_sees_one_changed_cell(reports_db):
    await deliver(reports_db, [a_delivery(event) for event in Story().whole_life()])
    before = await queries.digest(reports_db)

    await reports_db.execute("UPDATE orders SET received_at = received_at + interval '1 second'")

    assert await queries.digest(reports_db) != before


async def test_the_story_is_told_in_order_with_names_and_plain_words(reports_db):
    story, finance = Story(), uuid4()
    events = story.whole_life()
    await deliver(reports_db, [a_delivery(a_dealer_state(story.dealer_id, "佛山恒泰五金"))])
    await deliver(reports_db, [a_delivery(event, finance) for event in events])
    await reports_db.execute("INSERT INTO users VALUES ($1, '李会计', 1)", finance)

    told = await queries.timeline(reports_db, story.order_id)

    assert [event.type for event in told.events] == [event.type for event in events]
    assert (told.dealer, told.status_zh) == ("佛山恒泰五金", "已完成")
    paid = told.events[3]
    assert (paid.actor, paid.text_zh) == ("李会计", "收款 ¥1,000.00，累计 ¥1,000.00 / ¥1,000.00")
    assert paid.facts["amount_minor"] == 100_000


async def test_a_story_tells_no_field_that_this_version_does_not_know(reports_db):
    story = Story()
    await deliver(reports_db, [a_delivery(event) for event in story.whole_life()])
    await reports_db.execute(
        "UPDATE order_events SET facts = (facts::jsonb || '{\"margin_minor\": 7}')::json"
    )

    told = await queries.timeline(reports_db, story.order_id)

    assert all("margin_minor" not in event.facts for event in told.events)
    assert all("dealer_id" not in event.facts for event in told.events)


async def test_an_unknown_order_has_no_story(reports_db):
    with pytest.raises(NotFound):
        await queries.timeline(reports_db, uuid4())
