"""Daily sales on a real PostgreSQL: what was invoiced, parted by what is asked for."""

from datetime import UTC, datetime

import pytest

from chassis.auth import Role
from chassis.consumer import Dispatch
from contracts.billing import InvoiceLine
from services.reports.app import SERVICE
from services.reports.consumers import SUBSCRIPTIONS
from tests.builders.edge import an_actor, serving
from tests.builders.events import (
    Story,
    a_dealer_state,
    a_delivery,
    a_product_state,
    moved_to,
)

DAILY = "/reports/daily-sales"
SPAN = {"first_day": "2026-11-01", "last_day": "2026-11-30"}
ANALYST = an_actor(Role.FIN)
MONEY = ("net_minor", "tax_minor", "gross_minor", "quantity")


@pytest.fixture
async def api(reports_db):
    async with serving(SERVICE, reports_db) as api:
        yield api


async def deliver(db, *deliveries):
    await Dispatch(db, SUBSCRIPTIONS).deliver(list(deliveries))


def at(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def a_line(number, sku, gross_minor, quantity=1):
    tax = gross_minor * 13 // 113
    return InvoiceLine(
        line_no=number,
        sku=sku,
        quantity=quantity,
        net_minor=gross_minor - tax,
        tax_minor=tax,
        gross_minor=gross_minor,
    )


def an_invoice(story, *lines):
    sums = {
        name: sum(getattr(line, name) for line in lines)
        for name in ("net_minor", "tax_minor", "gross_minor")
    }
    return story.invoiced(lines=lines, **sums)


async def sold(db, story, *lines, ordered="2026-11-03T10:00+08:00", invoiced=None):
    """An order of these lines, and its invoice."""
    await deliver(
        db,
        moved_to(at(ordered), a_delivery(story.submitted())),
        moved_to(at(invoiced or ordered), a_delivery(an_invoice(story, *lines))),
    )


async def asked(api, actor=ANALYST, **params):
    answer = await api(actor).get(DAILY, params=SPAN | params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_day_is_one_of_business_time(api, reports_db):
    await sold(reports_db, Story("1"), a_line(1, "A", 100), ordered="2026-11-03T23:59:59+08:00")
    await sold(reports_db, Story("2"), a_line(1, "A", 200), ordered="2026-11-04T00:00:00+08:00")

    days = await asked(api, by="day")

    assert [(row["day"], row["gross_minor"]) for row in days] == [
        ("2026-11-03", 100),
        ("2026-11-04", 200),
    ]
    assert [row["day"] for row in await asked(api, by="day", first_day="2026-11-04")] == [
        "2026-11-04"
    ]
    assert [row["day"] for row in await asked(api, by="day", last_day="2026-11-03")] == [
        "2026-11-03"
    ]


async def test_a_sale_counts_on_the_day_of_its_invoice_or_of_its_order(api, reports_db):
    await sold(
        reports_db,
        Story(),
        a_line(1, "A", 113, quantity=3),
        ordered="2026-11-03T10:00+08:00",
        invoiced="2026-11-07T10:00+08:00",
    )

    (by_invoice,) = await asked(api, by="day")
    (by_order,) = await asked(api, by="day", basis="order")

    assert (by_invoice["day"], by_order["day"]) == ("2026-11-07", "2026-11-03")
    assert [by_invoice[name] for name in MONEY] == [100, 13, 113, 3]
    assert [by_order[name] for name in MONEY] == [100, 13, 113, 3]


async def test_each_parting_adds_up_to_the_same_total(api, reports_db):
    """F-78: two different reports give the same total for the same filter."""
    lines = [a_line(1, "A", 1_001, 2), a_line(2, "B", 2_003, 3)]
    for number in range(4):
        await sold(reports_db, Story(str(number)), *lines[: 1 + number % 2])
    told_without_lines = a_delivery(Story("5").invoiced(lines=()))
    await deliver(reports_db, moved_to(at("2026-11-03T11:00+08:00"), told_without_lines))

    totals = {
        by: [sum(row[name] for row in await asked(api, by=by)) for name in MONEY]
        for by in ("day", "dealer", "sku", "salesperson", "territory")
    }

    assert totals["day"][2:] == [100_000 + 4 * 1_001 + 2 * 2_003, 4 * 2 + 2 * 3]
    assert totals["day"][0] + totals["day"][1] == totals["day"][2]
    assert all(total == totals["day"] for total in totals.values())


async def test_rows_carry_the_names_that_are_known_now(api, reports_db):
    story = Story()
    state = a_dealer_state(story.dealer_id, "佛山恒泰五金")
    await deliver(reports_db, a_delivery(state), a_delivery(a_product_state("A", "云锁 A")))
    await reports_db.execute("INSERT INTO users VALUES ($1, '王业务', 1)", story.salesperson_id)
    await sold(reports_db, story, a_line(1, "A", 100))

    (row,) = await asked(api, by=["dealer", "sku", "salesperson", "territory"])

    assert (row["dealer_code"], row["dealer"]) == ("JXS-000001", "佛山恒泰五金")
    assert (row["sku"], row["product"], row["salesperson"]) == ("A", "云锁 A", "王业务")
    assert (row["province"], row["city"]) == ("广东省", "佛山市")
    (bare,) = await asked(api, by="sku")
    assert (bare["dealer_id"], bare["province"]) == (None, None)


async def test_two_invoices_of_one_order_are_two(api, reports_db):
    story = Story()
    first, second = a_line(1, "A", 100, 2), a_line(1, "A", 50, 1)
    await sold(reports_db, story, first)
    later = moved_to(at("2026-11-03T18:00+08:00"), a_delivery(an_invoice(story, second)))
    await deliver(reports_db, later)
    await reports_db.execute("DELETE FROM inbox")
    await deliver(reports_db, later)

    (row,) = await asked(api, by="dealer")

    assert (row["invoices"], row["gross_minor"], row["quantity"]) == (2, 150, 3)


async def test_what_is_credited_is_subtracted_on_the_day_of_its_note(api, reports_db):
    """F-33: returns are subtracted, whatever the report is parted by."""
    story = Story()
    invoice = an_invoice(story, a_line(1, "A", 300, 3), a_line(2, "B", 1_000))
    note = story.credited(invoice, a_line(1, "A", 200, 2))
    await deliver(
        reports_db,
        moved_to(at("2026-11-03T10:00+08:00"), a_delivery(story.submitted())),
        moved_to(at("2026-11-03T10:00+08:00"), a_delivery(invoice)),
        moved_to(at("2026-11-05T10:00+08:00"), a_delivery(note)),
    )

    sold_on = [
        (row["day"], row["gross_minor"], row["quantity"], row["invoices"], row["credit_notes"])
        for row in await asked(api, by="day")
    ]
    (of_its_order,) = await asked(api, by="day", basis="order")
    by_sku = await asked(api, by="sku", basis="order")

    assert sold_on == [("2026-11-03", 1_300, 4, 1, 0), ("2026-11-05", -200, -2, 0, 1)]
    assert (of_its_order["gross_minor"], of_its_order["quantity"]) == (1_100, 2)
    assert of_its_order["net_minor"] + of_its_order["tax_minor"] == 1_100
    assert [(row["sku"], row["gross_minor"]) for row in by_sku] == [("A", 100), ("B", 1_000)]


async def test_filters_leave_only_what_they_name(api, reports_db):
    one, other = Story("1"), Story("2")
    await deliver(reports_db, a_delivery(a_dealer_state(one.dealer_id, "甲", city="广州市")))
    await deliver(reports_db, a_delivery(a_dealer_state(other.dealer_id, "乙", code="JXS-2")))
    await sold(reports_db, one, a_line(1, "A", 1), a_line(2, "B", 10))
    await sold(reports_db, other, a_line(1, "B", 100))

    async def total(**params):
        return sum(row["gross_minor"] for row in await asked(api, by="day", **params))

    assert await total(dealer_id=str(one.dealer_id)) == 11
    assert await total(salesperson_id=str(other.salesperson_id)) == 100
    assert await total(sku="B") == 110
    assert await total(city="广州市") == 11
    assert await total(province="广东省") == 111
    assert await total(province="广东省", city="佛山市", sku="A") == 0


async def test_pages_hold_every_row_once_in_order(api, reports_db):
    for number in range(7):
        await sold(
            reports_db,
            Story(str(number)),
            a_line(1, f"S{number}", 100),
            ordered=f"2026-11-0{1 + number // 3}T10:00+08:00",
        )
    whole = await asked(api, by=["sku", "dealer"])
    paged, cursor = [], {}
    while cursor is not None:
        params = SPAN | {"by": ["sku", "dealer"], "limit": 2} | cursor
        answer = (await api(ANALYST).get(DAILY, params=params)).json()
        paged += answer["items"]
        cursor = answer["next_cursor"] and {"cursor": answer["next_cursor"]}

    assert paged == whole
    assert len(paged) == 7
    assert [row["day"] for row in whole] == sorted(row["day"] for row in whole)


async def test_a_salesperson_sees_what_he_sold_and_others_nothing_of_it(api, reports_db):
    """E-27, R-05: scope holds in reports and exports."""
    story = Story()
    await sold(reports_db, story, a_line(1, "A", 100))
    his = an_actor(Role.SAL, user_id=story.salesperson_id)

    assert [row["gross_minor"] for row in await asked(api, his)] == [100]
    assert await asked(api, an_actor(Role.SAL)) == []
    for nobody in (an_actor(Role.DLR, dealer_id=story.dealer_id), an_actor(Role.PCK)):
        assert (await api(nobody).get(DAILY)).status_code == 403
        assert (await api(nobody).get("/exports/daily-sales")).status_code == 403


@pytest.mark.parametrize(
    ("params", "place"),
    [
        ({"first_day": "2026-11-02", "last_day": "2026-11-01"}, "?first_day"),
        ({"first_day": "2025-01-01", "last_day": "2026-11-01"}, "?first_day"),
        ({"first_day": "0001-01-01"}, "?first_day"),
        ({"last_day": "9999-12-31"}, "?last_day"),
    ],
)
async def test_a_span_that_cannot_be_is_refused_naming_the_field(api, params, place):
    answer = await api(ANALYST).get(DAILY, params=params)

    assert answer.status_code == 422
    assert answer.json()["faults"][0]["pointer"] == place


@pytest.mark.parametrize("params", [{"sku": "\x00"}, {"by": "moon"}, {"cursor": "7"}])
async def test_what_no_column_can_hold_is_refused(api, params):
    answer = await api(ANALYST).get(DAILY, params=params)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_cursor_of_another_list_is_refused(api, reports_db):
    for number in range(2):
        await sold(reports_db, Story(str(number)), a_line(1, "A", 100))
    page = (await api(ANALYST).get(DAILY, params=SPAN | {"limit": 1})).json()

    answer = await api(ANALYST).get("/reports/owed-goods", params={"cursor": page["next_cursor"]})

    assert answer.status_code == 422
