"""Owed goods on a real PostgreSQL: what was promised and has not left the warehouse."""

from uuid import uuid4

import pytest

from chassis.auth import Role
from chassis.consumer import Dispatch
from contracts.catalog import LineAsk
from contracts.inventory import OutboundPosted, ShipmentLine
from contracts.orders import LineAmounts, LineQuantity
from services.reports.app import SERVICE
from services.reports.consumers import SUBSCRIPTIONS
from tests.builders.edge import an_actor, serving
from tests.builders.events import Story, a_dealer_state, a_delivery, a_product_state

OWED = "/reports/owed-goods"
ANYBODY = an_actor(Role.WHS)


@pytest.fixture
async def api(reports_db):
    async with serving(SERVICE, reports_db) as api:
        yield api


async def happened(db, *messages):
    await Dispatch(db, SUBSCRIPTIONS).deliver([a_delivery(message) for message in messages])


async def asked(api, actor=ANYBODY, **params):
    answer = await api(actor).get(OWED, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def lines(**quantities):
    return tuple(
        LineAsk(line_no=number, sku=sku, quantity=quantity)
        for number, (sku, quantity) in enumerate(quantities.items(), 1)
    )


def left(story, **quantities):
    """A shipment of an order with lines A, B, C."""
    shipped = tuple(
        ShipmentLine(line_no="ABC".index(sku) + 1, sku=sku, quantity=quantity)
        for sku, quantity in quantities.items()
    )
    return OutboundPosted(
        order_id=story.order_id,
        number=story.number,
        dealer_id=story.dealer_id,
        warehouse_id=story.warehouse_id,
        shipment_id=uuid4(),
        shipment_number="CK-1",
        lines=shipped,
    )


def promised(story, **quantities):
    return [story.submitted(lines=lines(**quantities)), story.checked(), story.confirmed()]


async def test_owed_is_what_was_ordered_less_what_has_left(api, reports_db):
    story = Story()
    await happened(reports_db, *promised(story, A=5, B=2, C=7), story.fulfilment_started())
    await happened(reports_db, left(story, A=2, B=2))
    await happened(reports_db, left(story, A=1))

    rows = {row["sku"]: row for row in await asked(api)}

    assert {sku: (row["ordered"], row["shipped"], row["owed"]) for sku, row in rows.items()} == {
        "A": (5, 3, 2),
        "C": (7, 0, 7),
    }
    assert rows["A"]["number"] == story.number


async def test_nothing_is_owed_before_the_promise_nor_after_the_end(api, reports_db):
    waiting, cancelled, leaving, done = (Story(str(number)) for number in range(4))
    await happened(reports_db, waiting.submitted(), waiting.checked())
    await happened(reports_db, *promised(cancelled, A=1), cancelled.cancelled())
    await happened(reports_db, *promised(leaving, A=1), leaving.cancel_requested())
    await happened(reports_db, *done.whole_life())

    assert await asked(api) == []


async def test_owed_follows_amendments_and_what_is_given_up_is_owed_no_more(api, reports_db):
    """F-54, P-03, F-74: a line amended to 8, one taken away, one that came, and 2 given up."""
    story = Story()
    amended = story.amended(
        LineAmounts(line_no=1, sku="A", quantity=8, gross_minor=80_000),
        LineAmounts(line_no=2, sku="B", quantity=0, gross_minor=0),
        LineAmounts(line_no=4, sku="D", quantity=3, gross_minor=30_000),
    )
    await happened(reports_db, *promised(story, A=5, B=2, C=7), amended, left(story, A=4))
    await happened(reports_db, story.short_closed(LineQuantity(line_no=1, sku="A", quantity=2)))

    rows = {row["sku"]: row for row in await asked(api)}

    assert {sku: (row["ordered"], row["shipped"], row["owed"]) for sku, row in rows.items()} == {
        "A": (6, 4, 2),
        "C": (7, 0, 7),
        "D": (3, 0, 3),
    }


async def test_a_cancel_that_came_too_late_leaves_the_rest_owed(api, reports_db):
    story = Story()
    await happened(reports_db, *promised(story, A=5), left(story, A=1))
    await happened(reports_db, story.cancel_requested(), story.cancel_declined())

    assert [row["owed"] for row in await asked(api)] == [4]


async def test_a_shipment_known_before_its_order_counts_once_whatever_comes_twice(api, reports_db):
    story = Story()
    shipped = a_delivery(left(story, A=3))
    order = [a_delivery(event) for event in promised(story, A=5)]
    for deliveries in ([shipped], order, [shipped, *order]):
        await Dispatch(reports_db, SUBSCRIPTIONS).deliver(deliveries)
        await reports_db.execute("DELETE FROM inbox")

    assert [(row["ordered"], row["shipped"]) for row in await asked(api)] == [(5, 3)]


async def test_it_is_parted_by_what_is_asked_for_and_adds_up_to_the_same(api, reports_db):
    one, other = Story("1"), Story("2")
    other.warehouse_id = one.warehouse_id
    await happened(reports_db, a_dealer_state(one.dealer_id, "甲"), a_product_state("A", "云锁"))
    await happened(reports_db, *promised(one, A=5, B=1), left(one, A=1))
    await happened(reports_db, *promised(other, A=10))

    parted = {by: await asked(api, by=by) for by in ("order", "dealer", "sku", "warehouse")}

    assert {by: sum(row["owed"] for row in rows) for by, rows in parted.items()} == dict.fromkeys(
        parted, 15
    )
    assert [row["number"] for row in parted["order"]] == ["1", "2"]
    assert [row["dealer"] for row in parted["dealer"]] == ["甲", None]
    by_sku = {row["sku"]: (row["product"], row["owed"], row["orders"]) for row in parted["sku"]}
    assert by_sku == {"A": ("云锁", 14, 2), "B": (None, 1, 1)}
    (warehouse,) = parted["warehouse"]
    assert warehouse["warehouse_id"] == str(one.warehouse_id)


async def test_filters_leave_only_what_they_name(api, reports_db):
    one, other = Story("1"), Story("2")
    await happened(reports_db, a_dealer_state(one.dealer_id, "甲", city="广州市"))
    await happened(reports_db, *promised(one, A=1, B=10), *promised(other, A=100))

    async def total(**params):
        return sum(row["owed"] for row in await asked(api, **params))

    assert await total(dealer_id=str(one.dealer_id)) == 11
    assert await total(salesperson_id=str(other.salesperson_id)) == 100
    assert await total(sku="A") == 101
    assert await total(warehouse_id=str(one.warehouse_id)) == 11
    assert await total(city="广州市") == 11


async def test_everybody_sees_what_is_his(api, reports_db):
    """P-10: a dealer himself, a salesperson his dealers, a warehouse what it must ship."""
    story = Story()
    await happened(reports_db, *promised(story, A=5))
    here, elsewhere = frozenset({story.warehouse_id}), frozenset({uuid4()})

    for actor, owed in (
        (an_actor(Role.DLR, dealer_id=story.dealer_id), [5]),
        (an_actor(Role.DLR, dealer_id=uuid4()), []),
        (an_actor(Role.SAL, user_id=story.salesperson_id), [5]),
        (an_actor(Role.SAL), []),
        (an_actor(Role.PCK, warehouse_ids=here), [5]),
        (an_actor(Role.PCK, warehouse_ids=elsewhere), []),
        (an_actor(Role.FIN), [5]),
    ):
        assert [row["owed"] for row in await asked(api, actor)] == owed
    away = an_actor(Role.PCK, warehouse_ids=elsewhere)
    assert await asked(api, away, warehouse_id=str(story.warehouse_id)) == []
    assert (await api(an_actor(Role.APPLICANT)).get(OWED)).status_code == 403


async def test_pages_hold_every_row_once_the_oldest_first(api, reports_db):
    for number in range(5):
        await happened(reports_db, *promised(Story(str(number)), A=1, B=1))
    whole = await asked(api)
    paged, cursor = [], {}
    while cursor is not None:
        answer = (await api(ANYBODY).get(OWED, params={"limit": 3} | cursor)).json()
        paged += answer["items"]
        cursor = answer["next_cursor"] and {"cursor": answer["next_cursor"]}

    assert paged == whole
    assert len(whole) == 10
    assert [row["oldest_at"] for row in whole] == sorted(row["oldest_at"] for row in whole)
