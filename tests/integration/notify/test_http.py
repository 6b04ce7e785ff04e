"""To-dos and messages over HTTP: each caller sees his own, and nothing of others."""

from uuid import uuid4

import pytest

from chassis.auth import Role
from chassis.consumer import Dispatch
from services.notify.app import SERVICE
from services.notify.consumers import SUBSCRIPTIONS
from tests.builders.edge import an_actor, serving
from tests.builders.events import Story, a_dealer_state, a_delivery


@pytest.fixture
async def api(notify_db):
    async with serving(SERVICE, notify_db) as api:
        yield api


@pytest.fixture
async def two_dealers(notify_db):
    """Two orders that wait for their salespeople and are at the same step."""
    stories = Story("XS-1"), Story("XS-2")
    events = [
        event
        for story in stories
        for event in (
            a_dealer_state(
                story.dealer_id, f"{story.number} 的经销商", salesperson_id=story.salesperson_id
            ),
            story.checked(),
            story.confirmed(),
            story.delivered(),
        )
    ]
    for event in events:
        await Dispatch(notify_db, SUBSCRIPTIONS).deliver([a_delivery(event)])
    return stories


async def titles(api, actor, **query):
    answer = await api(actor).get("/todos", params=query)
    assert answer.status_code == 200
    return [todo["title_zh"] for todo in answer.json()["items"]]


async def test_a_dealer_sees_his_own_work_only(api, two_dealers):
    mine, _ = two_dealers

    seen = await titles(api, an_actor(Role.DLR, dealer_id=mine.dealer_id))

    assert seen == ["待收货：出库单 CK-2611-000001（订单 XS-1）已送达，请确认收货"]


async def test_a_dealer_without_work_sees_none_of_others(api, two_dealers):
    assert await titles(api, an_actor(Role.DLR, dealer_id=uuid4())) == []


async def test_done_work_is_shown_to_whose_it_was(api, two_dealers):
    mine, _ = two_dealers

    seen = await titles(api, an_actor(Role.SAL, user_id=mine.salesperson_id), status="DONE")

    assert seen == ["待确认：XS-1 的经销商的订单 XS-1，¥1,000.00"]
    assert await titles(api, an_actor(Role.SAL), status="DONE") == []


async def test_finance_sees_the_payments_of_all_dealers(api, two_dealers):
    assert len(await titles(api, an_actor(Role.FIN))) == 2
    assert len(await titles(api, an_actor(Role.FIN), kind="COLLECT_PAYMENT")) == 2
    assert await titles(api, an_actor(Role.FIN), kind="PICK") == []


async def test_counts_are_the_callers(api, two_dealers):
    answer = await api(an_actor(Role.FIN)).get("/todos/counts")

    assert answer.json()["total"] == 2
    assert [(one["kind"], one["count"]) for one in answer.json()["kinds"]] == [
        ("COLLECT_PAYMENT", 2)
    ]


async def test_a_message_is_read_by_its_reader_and_unknown_to_others(api, two_dealers):
    mine, other = two_dealers
    reader = api(an_actor(Role.DLR, dealer_id=mine.dealer_id))
    (message,) = (await reader.get("/messages")).json()["items"]
    path = f"/messages/{message['message_id']}/read"

    foreign = await api(an_actor(Role.DLR, dealer_id=other.dealer_id)).post(path)
    own = await reader.post(path)
    again = await reader.post(path)

    assert foreign.status_code == 404
    assert own.status_code == again.status_code == 200
    assert own.json()["read_at"] == again.json()["read_at"] is not None
    assert (await reader.get("/messages/counts")).json() == {"unread": 0}
    assert (await reader.get("/messages", params={"unread": "true"})).json()["items"] == []


async def test_a_message_speaks_both_languages(api, two_dealers):
    mine, _ = two_dealers
    answer = await api(an_actor(Role.DLR, dealer_id=mine.dealer_id)).get("/messages")

    (message,) = answer.json()["items"]
    assert message["text_zh"] == "订单 XS-1 已确认，合计 ¥1,000.00，发货前应付 ¥1,000.00。"
    assert message["text_en"].startswith("Order XS-1 is confirmed: ¥1,000.00 in all")


async def test_a_machine_has_no_todos(api):
    assert (await api(an_actor(Role.MACHINE)).get("/todos")).status_code == 403


async def test_a_cursor_of_another_list_is_refused_with_the_way_out(api, two_dealers):
    finance = api(an_actor(Role.FIN))
    cursor = (await finance.get("/todos", params={"limit": 1})).json()["next_cursor"]

    answer = await finance.get("/messages", params={"cursor": cursor})

    assert answer.status_code == 422
    assert answer.json()["faults"][0]["pointer"] == "?cursor"
