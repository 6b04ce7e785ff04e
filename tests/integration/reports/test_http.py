"""The story over HTTP: for the dealer, his salesperson and the staff, and for nobody else."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chassis.auth import Role
from chassis.consumer import Dispatch
from services.reports.app import SERVICE
from services.reports.consumers import SUBSCRIPTIONS
from tests.builders.edge import an_actor, serving
from tests.builders.events import Story, a_dealer_state, a_delivery, moved_to


@pytest.fixture
async def api(reports_db):
    async with serving(SERVICE, reports_db) as api:
        yield api


@pytest.fixture
async def story(reports_db):
    told = Story()
    deliveries = [a_delivery(event) for event in told.whole_life()]
    await Dispatch(reports_db, SUBSCRIPTIONS).deliver(deliveries)
    return told


async def asked(api, story, *roles, **others):
    answer = await api(an_actor(*roles, **others)).get(f"/orders/{story.order_id}/timeline")
    return answer.status_code, len(answer.json().get("events", ()))


async def test_the_story_is_whole_for_those_whose_order_it_is(api, story):
    whole = 200, len(story.whole_life())

    assert await asked(api, story, Role.DLR, dealer_id=story.dealer_id) == whole
    assert await asked(api, story, Role.SAL, user_id=story.salesperson_id) == whole
    assert await asked(api, story, Role.PCK) == whole


async def test_a_foreign_order_is_as_unknown_as_a_missing_one(api, story):
    foreign = await api(an_actor(Role.DLR, dealer_id=uuid4())).get(
        f"/orders/{story.order_id}/timeline"
    )
    missing = await api(an_actor(Role.ADM)).get(f"/orders/{uuid4()}/timeline")

    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["type"] == missing.json()["type"]
    assert (await asked(api, story, Role.SAL))[0] == 404


async def test_an_applicant_sees_no_orders(api, story):
    assert (await asked(api, story, Role.APPLICANT))[0] == 403


async def test_what_is_no_id_is_refused_naming_the_place(api):
    answer = await api(an_actor(Role.ADM)).get("/orders/7/timeline")

    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_funnel_counts_who_reached_which_step(api, reports_db, story):
    halfway = Story("XS-2")
    await Dispatch(reports_db, SUBSCRIPTIONS).deliver(
        [a_delivery(event) for event in halfway.whole_life()[:5]]
    )

    answer = await api(an_actor(Role.ADM)).get("/reports/order-funnel")

    reached = {step["step"]: step["orders"] for step in answer.json()["steps"]}
    assert (reached["submitted"], reached["released"], reached["picked"]) == (2, 2, 1)
    assert (reached["completed"], reached["ended"]) == (1, 0)
    assert answer.json()["steps"][0]["label_zh"] == "提交"


def minutes(first, *events):
    """The deliveries of events, each so many minutes after the first one."""
    return [
        moved_to(first + timedelta(minutes=minute), a_delivery(event)) for minute, event in events
    ]


async def test_the_funnel_says_how_long_orders_waited_at_each_step(api, reports_db):
    """U-05: the steps' waiting times of an order add up to its whole time."""
    begun, one = datetime(2026, 11, 3, 2, 0, tzinfo=UTC), Story()
    life = minutes(
        begun,
        (0, one.submitted()),
        (1, one.checked()),
        (31, one.confirmed()),
        (41, one.gate_opened()),
        (50, one.picked()),
        (60, one.outbound()),
        (60, one.dispatched()),
        (61, one.invoiced()),
        (90, one.delivered()),
        (100, one.handed_over()),
        (101, one.completed()),
    )
    other = Story("DD-2611-000002")
    stands = minutes(begun, (0, other.submitted()), (3, other.checked()))
    await Dispatch(reports_db, SUBSCRIPTIONS).deliver(life + stands)
    span = {"since": "2026-11-03T00:00:00Z", "until": "2026-11-04T00:00:00Z"}

    async def steps(**filters):
        answer = await api(an_actor(Role.ADM)).get("/reports/order-funnel", params=span | filters)
        return {step["step"]: step for step in answer.json()["steps"]}

    his = await steps(dealer_id=str(one.dealer_id))
    waited = {name: step["waited_median_seconds"] for name, step in his.items()}
    assert (waited["confirmed"], waited["invoiced"], waited["delivered"]) == (1_800, 60, 1_740)
    assert sum(seconds or 0 for seconds in waited.values()) == 101 * 60
    assert his["completed"]["median_seconds"] == 101 * 60
    assert sum(step["standing_orders"] for step in his.values()) == 0
    checked = (await steps())["checked"]
    assert (checked["orders"], checked["standing_orders"]) == (2, 1)
    assert checked["standing_median_seconds"] > 0


async def test_a_salesperson_counts_his_own_orders_and_a_dealer_none(api, story):
    his = an_actor(Role.SAL, user_id=story.salesperson_id)
    mine = (await api(his).get("/reports/order-funnel")).json()["steps"]
    others = (await api(an_actor(Role.SAL)).get("/reports/order-funnel")).json()["steps"]

    assert mine[0]["orders"] == 1
    assert others == []
    dealer = an_actor(Role.DLR, dealer_id=story.dealer_id)
    assert (await api(dealer).get("/reports/order-funnel")).status_code == 403


async def test_a_span_that_ends_before_it_begins_is_refused(api):
    span = {"since": "2026-11-24T00:00:00Z", "until": "2026-11-23T00:00:00Z"}

    answer = await api(an_actor(Role.ADM)).get("/reports/order-funnel", params=span)

    assert answer.status_code == 422
    assert answer.json()["faults"][0]["pointer"] == "?since"


@pytest.mark.parametrize(
    ("territories", "status"),
    [
        ({"广东省"}, 200),
        ({"浙江省", "广东省/佛山市"}, 200),
        ({"广东省/广州市"}, 404),
        (set(), 404),
    ],
)
async def test_who_leads_a_territory_sees_the_orders_of_its_dealers(
    api, reports_db, story, territories, status
):
    """P-10: a province with all of its cities, or one city."""
    state = a_delivery(a_dealer_state(story.dealer_id, "佛山恒泰五金"))
    await Dispatch(reports_db, SUBSCRIPTIONS).deliver([state])

    found = await asked(api, story, Role.SAL, territories=frozenset(territories))

    assert found[0] == status
