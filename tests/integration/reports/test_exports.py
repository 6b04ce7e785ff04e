"""Exports over HTTP: the same rows as the reports, as CSV."""

import asyncio
import csv
import io

import pytest

from chassis.auth import Role
from chassis.consumer import Dispatch
from services.reports.app import SERVICE
from services.reports.consumers import SUBSCRIPTIONS
from services.reports.routes import EXPORTS_AT_ONCE
from tests.builders.edge import an_actor, serving
from tests.builders.events import Story, a_dealer_state, a_delivery

ANALYST = an_actor(Role.FIN)
REPORTS = ("daily-sales", "owed-goods", "order-funnel")


@pytest.fixture
async def api(reports_db):
    async with serving(SERVICE, reports_db) as api:
        yield api


@pytest.fixture
async def story(reports_db):
    """A dealer with a dangerous name, an order of his that is over, and one that is not."""
    story, other = Story(), Story("DD-2611-000002")
    other.dealer_id = story.dealer_id
    events = [a_dealer_state(story.dealer_id, '=HYPERLINK("http://x")'), *story.whole_life()]
    events += other.whole_life()[:7]
    await Dispatch(reports_db, SUBSCRIPTIONS).deliver([a_delivery(event) for event in events])
    return story


async def sheet(api, name, actor=ANALYST, **params):
    answer = await api(actor).get(f"/exports/{name}", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_a_sheet_is_a_file_for_excel(api, story):
    for name in REPORTS:
        answer = await api(ANALYST).get(f"/exports/{name}")

        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="{name}-')
        assert answer.headers["content-disposition"].endswith('.csv"')


async def test_daily_sales_have_their_columns_and_no_formula(api, story):
    chinese = await sheet(api, "daily-sales", by=["dealer", "sku"])
    english = await sheet(api, "daily-sales", by="day", lang="en")

    assert chinese[0][:5] == ["日期", "经销商编号", "经销商", "商品编码", "商品"]
    assert chinese[1][1:4] == ["JXS-000001", '\'=HYPERLINK("http://x")', "A"]
    assert chinese[1][-4:] == ["5", "884.96", "115.04", "1000.00"]
    assert english[0] == ["Day", "Invoices", "Credit notes", "Quantity", "Net", "Tax", "Gross"]
    assert len(english) == 2


async def test_owed_goods_and_funnel_say_what_the_reports_say(api, story):
    owed = await sheet(api, "owed-goods", lang="en")
    funnel = await sheet(api, "order-funnel")

    (row,) = (await api(ANALYST).get("/reports/owed-goods")).json()["items"]
    assert dict(zip(*owed, strict=True))["Order"] == row["number"]
    assert dict(zip(*owed, strict=True))["Owed"] == str(row["owed"])
    steps = (await api(ANALYST).get("/reports/order-funnel")).json()["steps"]
    assert [line[:2] for line in funnel[1:]] == [
        [step["label_zh"], str(step["orders"])] for step in steps
    ]


async def test_a_sheet_is_longer_than_any_page(api, reports_db):
    events = [event for number in range(60) for event in Story(str(number)).whole_life()[:5]]
    for start in range(0, len(events), 100):
        some = [a_delivery(event) for event in events[start : start + 100]]
        await Dispatch(reports_db, SUBSCRIPTIONS).deliver(some)

    assert len(await sheet(api, "owed-goods")) == 61


async def test_a_dealer_exports_what_he_is_owed_and_nothing_else(api, story):
    """E-27: never another's data, also not through CSV."""
    his = an_actor(Role.DLR, dealer_id=story.dealer_id)

    assert len(await sheet(api, "owed-goods", his)) == 2
    assert len(await sheet(api, "owed-goods", an_actor(Role.DLR, dealer_id=story.order_id))) == 1
    assert (await api(his).get("/exports/daily-sales")).status_code == 403
    assert (await api(his).get("/exports/order-funnel")).status_code == 403


async def test_readers_who_take_their_time_do_not_take_the_last_connection(api, story):
    places = asyncio.Semaphore(EXPORTS_AT_ONCE)
    api.runtime.state["exports"] = places
    for _ in range(EXPORTS_AT_ONCE):
        await places.acquire()

    refused = await api(ANALYST).get("/exports/owed-goods")
    report = await api(ANALYST).get("/reports/owed-goods")
    places.release()

    assert (refused.status_code, report.status_code) == (503, 200)
    assert "retry-after" in refused.headers
    assert len(await sheet(api, "owed-goods")) == 2
    assert not places.locked()


async def test_what_is_wrong_is_a_problem_and_no_file(api):
    wrong = await api(ANALYST).get("/exports/daily-sales", params={"last_day": "9999-01-01"})

    assert wrong.status_code == 422
    assert wrong.headers["content-type"] == "application/problem+json"
    assert (await api().get("/exports/daily-sales")).status_code == 401
