"""The projection built anew from a real Kafka has the rows that it had before."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from chassis.consumer import Dispatch
from chassis.db import transaction
from chassis.envelope import ID, TYPE
from chassis.kafka import history
from contracts.orders import BackorderedLine, LineAmounts, LineQuantity
from contracts.topics import TOPICS, partition_of
from deploy.kafka import topics
from services.reports import commands, queries
from services.reports.consumers import SUBSCRIPTIONS
from services.reports.domain import TOLD
from services.reports.rebuild import TOPICS as LISTENED
from services.reports.schemas import Basis, FunnelAsk, OwedAsk, OwedBy, SalesAsk, SalesBy
from tests.builders.events import Story, a_dealer_state, a_delivery, a_product_state


@pytest.fixture
async def cell(kafka):
    """The topics of a cell of this test's own."""
    name = f"test-{uuid4().hex[:8]}"
    await topics.apply(kafka, name, topics={topic: TOPICS[topic] for topic in LISTENED})
    return name


async def publish(kafka, cell, deliveries):
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for one in deliveries:
            topic = f"{cell}.{one.topic}"
            headers = [(ID, str(one.message_id).encode()), (TYPE, one.type.encode())]
            await producer.send(
                topic,
                one.body,
                one.key,
                partition=partition_of(one.key),
                headers=headers + list(one.headers),
            )


async def rebuilt(reports_db, kafka, cell):
    async with transaction(reports_db) as tx:
        await commands.hold_still(tx)
        return await commands.rebuild(tx, history(kafka, LISTENED, cell=cell))


async def figures(reports_db):
    """What all reports say, whole."""
    span = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
    async with transaction(reports_db) as tx:
        return [
            await queries.funnel(tx, FunnelAsk(*span, now=span[1])),
            *[
                [row async for row in queries.sales(tx, SalesAsk(*span, frozenset(SalesBy), basis))]
                for basis in Basis
            ],
            [row async for row in queries.owed(tx, OwedAsk(frozenset(OwedBy)))],
        ]


async def rows(reports_db):
    """Every row of every table, as its text; the orders in full."""
    return {
        "orders": await reports_db.fetch("SELECT * FROM orders ORDER BY order_id"),
        "events": await reports_db.fetch(
            "SELECT e::text FROM order_events e ORDER BY order_id, at, message_id"
        ),
        "names": await reports_db.fetch(
            "SELECT d::text FROM dealers d UNION ALL SELECT u::text FROM users u"
            " UNION ALL SELECT p::text FROM products p ORDER BY 1"
        ),
    }


async def test_every_report_has_identical_figures_after_a_rebuild(reports_db, kafka, cell):
    """F-33, F-78: rebuild from events yields identical numbers."""
    whole, halfway = Story("DD-2611-000001"), Story("DD-2611-000002")
    states = [
        a_dealer_state(whole.dealer_id, "佛山恒泰五金", version=1),
        a_dealer_state(whole.dealer_id, "佛山恒泰五金", version=2, city="广州市"),
        a_dealer_state(halfway.dealer_id, "中山华信"),
        a_product_state("A", "云锁 A"),
    ]
    told = [*whole.whole_life(), *halfway.whole_life()[:8], halfway.outbound(2)]
    past = [a_delivery(message) for message in (*states, *told)]
    await publish(kafka, cell, past)
    for one in past:
        await Dispatch(reports_db, SUBSCRIPTIONS).deliver([one])
    expected, digest = await figures(reports_db), await queries.digest(reports_db)
    assert all(expected)
    assert expected[-1][0].owed == 3

    await reports_db.execute("UPDATE dealers SET province = NULL, city = NULL")
    await reports_db.execute("UPDATE orders SET status = 'CANCELLED'")
    await reports_db.execute("DELETE FROM products")
    await reports_db.execute("DELETE FROM order_events WHERE type LIKE 'billing.%'")
    assert await figures(reports_db) != expected
    await rebuilt(reports_db, kafka, cell)

    assert await figures(reports_db) == expected
    assert await queries.digest(reports_db) == digest


def amended_then_given_up(number):
    """More is ordered, less is found, it is owed, comes in part; the rest is given up."""
    story = Story(number)
    invoice = story.invoiced()
    return [
        story.submitted(),
        story.held(),
        story.hold_released(),
        story.checked(),
        story.confirmed(),
        story.amended(LineAmounts(line_no=1, sku="A", quantity=8, gross_minor=160_000)),
        story.amendment_refused(),
        story.paid(),
        story.gate_opened(),
        story.pick_created(),
        story.pick_started(),
        story.fulfilment_started(),
        story.pick_short(3),
        story.backordered(BackorderedLine(line_no=1, sku="A", quantity=3)),
        story.picked(),
        story.outbound(5),
        invoice,
        story.backorder_allocated(1),
        story.outbound(1),
        story.short_closed(LineQuantity(line_no=1, sku="A", quantity=2)),
        story.shipped(),
        story.handed_over(),
        story.received(),
        story.completed(closed_short=True),
        story.credited(invoice, invoice.lines[0]),
    ]


def cancelled_after_picking(number):
    story = Story(number)
    return [
        *story.whole_life()[:8],
        story.cancel_declined(),
        story.cancel_requested(),
        story.put_back_requested(),
        story.put_back(),
        story.returned(),
        story.stuck(),
        story.cancelled(),
    ]


def over_at_once(number):
    refused, late = Story(f"{number}-1"), Story(f"{number}-2")
    return [refused.submitted(), refused.rejected(), late.submitted(), late.expired()]


async def test_a_history_of_every_event_is_rebuilt_bit_for_bit(reports_db, kafka, cell):
    """F-33, F-78: amendments, what was short, owed, given up, credited and cancelled included."""
    told = [
        *Story("DD-2611-000000").whole_life(),
        *amended_then_given_up("DD-2611-000001"),
        *cancelled_after_picking("DD-2611-000002"),
        *over_at_once("DD-2611-000003"),
    ]
    assert {type(event) for event in told} == set(TOLD)
    past = [a_delivery(event) for event in told]
    await publish(kafka, cell, past)
    await Dispatch(reports_db, SUBSCRIPTIONS).deliver(past)
    expected, before = await figures(reports_db), await rows(reports_db)

    await reports_db.execute("UPDATE orders SET version = 0, hold_version = 0, total_minor = 7")
    await reports_db.execute("DELETE FROM order_events WHERE random() < 0.5")
    await rebuilt(reports_db, kafka, cell)

    assert await rows(reports_db) == before
    assert await figures(reports_db) == expected
    assert {row["status"] for row in before["orders"]} == {
        *("COMPLETED", "CLOSED_SHORT", "CANCELLED", "REJECTED", "EXPIRED"),
    }


async def test_rebuilding_gives_identical_rows_and_drops_false_ones(reports_db, kafka, cell):
    actor = uuid4()
    stories = [Story(f"DD-2611-{n:06}") for n in range(20)]
    past = [a_delivery(event, actor) for story in stories for event in story.whole_life()]
    await publish(kafka, cell, past + past[::3])
    dispatch = Dispatch(reports_db, SUBSCRIPTIONS)
    for start in range(0, len(past), 50):
        await dispatch.deliver(past[start : start + 50])
    expected = await queries.digest(reports_db)
    await reports_db.execute("UPDATE orders SET total_minor = 1")
    await reports_db.execute("DELETE FROM order_events WHERE type LIKE 'billing.%'")

    events = await rebuilt(reports_db, kafka, cell)

    assert events >= len(past)
    assert await queries.digest(reports_db) == expected


async def test_what_arrives_after_a_rebuild_is_told_on_top_of_it(reports_db, kafka, cell):
    story = Story()
    events = [a_delivery(event) for event in story.whole_life()]
    await publish(kafka, cell, events[:6])

    await rebuilt(reports_db, kafka, cell)
    await Dispatch(reports_db, SUBSCRIPTIONS).deliver(events)

    told = await queries.timeline(reports_db, story.order_id)
    assert (len(told.events), told.status) == (len(events), "COMPLETED")


async def test_whoever_follows_waits_until_it_is_over_and_loses_nothing(reports_db, kafka, cell):
    story = Story()
    events = [a_delivery(event) for event in story.whole_life()]
    await publish(kafka, cell, events[:6])
    followed = Dispatch(reports_db, SUBSCRIPTIONS).deliver(events)

    async with transaction(reports_db) as tx:
        await commands.hold_still(tx)
        following = asyncio.create_task(followed)
        await commands.rebuild(tx, history(kafka, LISTENED, cell=cell))
        assert not following.done()
    await following

    told = await queries.timeline(reports_db, story.order_id)
    assert len(told.events) == len(events)


async def test_an_empty_log_rebuilds_to_nothing(reports_db, kafka, cell):
    assert await rebuilt(reports_db, kafka, cell) == 0
