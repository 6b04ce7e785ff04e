"""Goods that are owed, on a real PostgreSQL: counted to the piece, and told once a day (F-74)."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chassis.consumer import Dispatch
from chassis.service import make_runtime
from contracts.inventory import ShipmentLine
from contracts.notify import MessageQueued
from contracts.orders import BackorderedLine, LineAmounts, LineQuantity
from services.notify import queries
from services.notify.app import SERVICE
from services.notify.consumers import SUBSCRIPTIONS
from services.notify.reminding import remind_at
from tests.builders.edge import an_actor, settings_of
from tests.builders.events import Story, a_delivery
from tests.builders.post_office import a_reader
from tests.integration.notify.test_follow import FIRST

MORNING = datetime(2026, 12, 1, 0, 5, tzinfo=UTC)
"""Five past eight in Shanghai."""
MISSING = BackorderedLine(line_no=1, sku="A", quantity=3, ordered=10, shipped=0)


def outbound(story, *quantities):
    lines = tuple(
        ShipmentLine(line_no=line_no, sku="A", quantity=left) for line_no, left in quantities
    )
    return story.outbound().model_copy(update={"lines": lines, "shipment_id": uuid4()})


@pytest.fixture
def follow(notify_db):
    dispatch = Dispatch(notify_db, SUBSCRIPTIONS)

    async def deliver(*events):
        deliveries = [a_delivery(event) for event in events]
        for delivery in deliveries:
            await dispatch.deliver([delivery])
        return deliveries

    return deliver


@pytest.fixture
def remind(notify_db):
    async def run(now=MORNING, **others):
        with tempfile.TemporaryDirectory() as folder:
            settings = settings_of(SERVICE, folder, **others)
            runtime = make_runtime(SERVICE, settings, notify_db, asyncio.Event())
            return await remind_at(runtime, now)

    return run


async def owed(db):
    rows = await db.fetch(
        "SELECT line_no, least(waiting, ordered - shipped) AS owed FROM owed_lines ORDER BY line_no"
    )
    return {row["line_no"]: row["owed"] for row in rows}


async def told(db, user_id, dealer_id=None):
    page = await queries.messages(
        db, an_actor(user_id=user_id, dealer_id=dealer_id), FIRST, unread=False
    )
    return [one for one in page.items if one.template == "owed_goods"]


async def test_a_line_short_by_three_is_owed_until_the_three_are_shipped(notify_db, follow):
    """F-74: what was there leaves first, in whatever parts; then the three, one by one."""
    story, seen = Story(), []
    for event in (
        story.backordered(MISSING),
        outbound(story, (1, 4)),
        outbound(story, (1, 3)),
        outbound(story, (1, 1)),
        outbound(story, (1, 1), (1, 1)),
    ):
        await follow(event)
        seen.append(await owed(notify_db))

    assert seen == [{1: 3}, {1: 3}, {1: 3}, {1: 2}, {}]


async def test_a_line_is_owed_until_the_rest_is_given_up(notify_db, follow):
    """F-74, F-54: an amendment takes from what is missing first."""
    story = Story()
    await follow(story.backordered(MISSING, MISSING.model_copy(update={"line_no": 2})))

    await follow(story.short_closed(LineQuantity(line_no=1, sku="A", quantity=3)))
    after_closing = await owed(notify_db)
    await follow(story.amended(LineAmounts(line_no=2, sku="A", quantity=8, gross_minor=1)))

    assert (after_closing, await owed(notify_db)) == ({2: 3}, {2: 1})


@pytest.mark.parametrize("end", ["shipped", "cancelled", "completed"])
async def test_an_order_that_is_over_owes_nothing(notify_db, follow, end):
    """F-74."""
    story = Story()
    await follow(story.backordered(MISSING), getattr(story, end)())

    assert await owed(notify_db) == {}


async def test_a_history_that_is_read_again_owes_no_more_and_tells_nothing(notify_db, follow):
    """F-74, F-80: after the inbox forgot it, too."""
    story = Story()
    history = await follow(
        story.backordered(MISSING), outbound(story, (1, 7)), outbound(story, (1, 1))
    )
    queued = await notify_db.fetchval("SELECT count(*) FROM messages")
    await notify_db.execute("DELETE FROM inbox")

    await Dispatch(notify_db, SUBSCRIPTIONS).deliver(history)

    assert await owed(notify_db) == {1: 2}
    assert await notify_db.fetchval("SELECT count(*) FROM messages") == queued


async def test_salesperson_and_pickers_are_reminded_once_a_day(notify_db, follow, remind):
    """F-74, P-10: a picker of what is in his warehouse; nobody of nothing."""
    story, other = Story(), Story("DD-2611-000002")
    here, there, everywhere, keeper = (uuid4() for _ in range(4))
    await follow(
        a_reader(here, roles=("PCK",), warehouse_ids=(story.warehouse_id,)),
        a_reader(there, roles=("PCK",), warehouse_ids=(uuid4(),)),
        a_reader(everywhere, roles=("PCK",)),
        a_reader(keeper, roles=("WHS",)),
        story.backordered(MISSING),
        other.backordered(MISSING),
        outbound(other, (1, 10)),
    )

    too_early = await remind(MORNING - timedelta(minutes=10))
    first = [await remind(), await remind(MORNING + timedelta(hours=3))]

    assert (too_early, first) == (0, [3, 0])
    assert await told(notify_db, there) == await told(notify_db, keeper) == []
    assert await told(notify_db, other.salesperson_id) == []
    assert await told(notify_db, uuid4(), story.dealer_id) == []
    for user_id in (story.salesperson_id, here, everywhere):
        [message] = await told(notify_db, user_id)
        assert f"{story.number} A ×3" in message.text_zh
        assert message.title_zh == "欠单提醒"
    assert await remind(MORNING + timedelta(days=1)) == 3


async def test_dealers_are_reminded_where_that_is_set(notify_db, follow, remind):
    """F-74."""
    story = Story()
    await follow(story.backordered(MISSING))

    await remind(remind_dealers=True)

    [message] = await told(notify_db, uuid4(), story.dealer_id)
    assert "×3" in message.text_en
    assert await notify_db.fetchval(
        "SELECT count(*) > 0 FROM outbox WHERE type = $1", MessageQueued.type
    )


async def test_two_workers_remind_once(notify_db, follow, remind):
    """F-80: the same reminder never goes twice."""
    await follow(Story().backordered(MISSING))

    assert sorted(await asyncio.gather(remind(), remind(), remind())) == [0, 0, 1]
