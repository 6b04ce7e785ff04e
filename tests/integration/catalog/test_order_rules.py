"""P-06 over HTTP and in the saga: a basket that breaks a rule is told why, line by line."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from contracts.catalog import OrderPriced, OrderRule, PricingRefused
from tests.builders.catalog import a_price_order
from tests.builders.edge import a_key
from tests.integration.catalog.test_pricing import answers


@pytest.fixture
async def stocked(shop):
    await shop.products("A", "B")
    await shop.publish("CITY", ("A", 1, "10"), ("B", 1, "1"))
    return shop


async def start(shop, **facts):
    return await shop.api(shop.admin).post(
        "/order-rules", json={"reason": "整箱起订"} | facts, headers=a_key()
    )


async def quote(shop, buyer, **quantities):
    lines = [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]
    return await shop.api(buyer).post("/quotes", json={"lines": lines})


async def test_a_quote_that_breaks_a_rule_is_refused_and_one_that_meets_it_is_given(stocked):
    buyer, other = await stocked.a_dealer("CITY"), await stocked.a_dealer("COUNTY")
    created = await start(stocked, tier="CITY", sku="A", minimum=24, multiple=12, maximum=240)

    refused = await quote(stocked, buyer, B=1, A=25)
    met = await quote(stocked, buyer, B=1, A=36)
    spared = await stocked.api(other).get("/products/A")

    problem = refused.json()
    assert (created.status_code, refused.status_code, met.status_code) == (201, 409, 201)
    assert problem["type"].endswith("/order-rule-broken")
    assert problem["faults"] == [
        {
            "pointer": "/lines/1/quantity",
            "fault": "不是订货倍数 Not a multiple of the packing.",
            "rule": "MULTIPLE",
            "limit": 12,
            "asked": 25,
            "line_no": 2,
            "sku": "A",
            "suggested": 36,
        }
    ]
    assert spared.json()["order_limits"] == {"minimum": None, "multiple": None, "maximum": None}


async def test_the_catalogue_shows_a_dealer_his_limits(stocked):
    buyer = await stocked.a_dealer("CITY")
    await start(stocked, minimum=2)
    await start(stocked, dealer_id=str(buyer.dealer_id), sku="A", multiple=6)

    items = (await stocked.api(buyer).get("/products")).json()["items"]

    assert [one["order_limits"] for one in items] == [
        {"minimum": 2, "multiple": 6, "maximum": None},
        {"minimum": 2, "multiple": None, "maximum": None},
    ]


async def test_the_saga_is_told_which_lines_break_what(stocked):
    buyer = await stocked.a_dealer("CITY")
    await start(stocked, sku="A", minimum=24)
    await start(stocked, order_minimum_minor=50_000)
    now = datetime.now(UTC)

    await stocked.deliver(
        a_price_order(buyer.dealer_id, now, A=5), a_price_order(buyer.dealer_id, now, A=50)
    )

    [refused] = await answers(stocked.db, PricingRefused)
    [priced] = await answers(stocked.db, OrderPriced)
    assert (refused.reason, refused.skus) == ("order-rule-broken", ("A",))
    assert [(one.rule, one.limit, one.line_no) for one in refused.faults] == [
        (OrderRule.MINIMUM, 24, 1),
        (OrderRule.ORDER_MINIMUM, 50_000, None),
    ]
    assert priced.total_minor == 50_000


async def test_the_changed_lines_of_an_order_are_judged_by_themselves_and_not_as_a_whole_order(
    stocked,
):
    """P-23, S-4."""
    buyer = await stocked.a_dealer("CITY")
    await start(stocked, sku="A", minimum=24)
    await start(stocked, order_minimum_minor=50_000)
    asks = [a_price_order(buyer.dealer_id, datetime.now(UTC), A=few) for few in (5, 30)]

    await stocked.deliver(*(ask.model_copy(update={"amendment": 3}) for ask in asks))

    [refused] = await answers(stocked.db, PricingRefused)
    [priced] = await answers(stocked.db, OrderPriced)
    assert [one.rule for one in refused.faults] == [OrderRule.MINIMUM]
    assert (priced.total_minor, priced.amendment, refused.amendment) == (30_000, 3, 3)


async def test_an_order_is_judged_as_of_its_submission(stocked):
    buyer = await stocked.a_dealer("CITY")
    submitted = datetime.now(UTC)
    rule = (await start(stocked, sku="A", minimum=24)).json()
    judged = datetime.now(UTC)
    await stocked.api(stocked.admin).post(f"/order-rules/{rule['rule_id']}/end")

    await stocked.deliver(
        *(a_price_order(buyer.dealer_id, at, A=1) for at in (submitted, judged, datetime.now(UTC)))
    )

    assert len(await answers(stocked.db, OrderPriced)) == 2
    assert len(await answers(stocked.db, PricingRefused)) == 1


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({}, "/minimum"),
        ({"minimum": 10, "maximum": 5}, "/maximum"),
        ({"multiple": 12, "maximum": 11}, "/maximum"),
        ({"minimum": 0}, "/minimum"),
        ({"minimum": 1, "sku": "A", "category": "WJ"}, "/category"),
        ({"order_minimum_minor": 1, "sku": "A"}, "/order_minimum_minor"),
        ({"minimum": 1, "tier": "CITY", "dealer_id": str(uuid4())}, "/dealer_id"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_by_field(stocked, facts, pointer):
    answer = await start(stocked, **facts)

    assert answer.status_code == 422
    assert answer.json()["faults"][0]["pointer"] == pointer


async def test_a_rule_names_what_there_is_and_never_begins_in_the_past(stocked):
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()

    slugs = [
        (await start(stocked, minimum=1, **facts)).json()["type"].rpartition("/")[2]
        for facts in ({"sku": "X"}, {"category": "X"}, {"dealer_id": str(uuid4())}, {"since": past})
    ]

    assert slugs == ["unknown-sku", "unknown-category", "unknown-dealer", "rule-in-the-past"]


async def test_a_rule_ends_once_and_never_changes(stocked):
    rule = (await start(stocked, sku="A", minimum=24)).json()
    path = f"/order-rules/{rule['rule_id']}/end"
    client = stocked.api(stocked.admin)

    first, again = (await client.post(path)).json(), (await client.post(path)).json()
    shown = (await client.get("/order-rules?ended=true&sku=A")).json()["items"]

    assert first == again == shown[0]
    assert (await client.get("/order-rules")).json()["items"] == []
    with pytest.raises(asyncpg.RestrictViolationError):
        await stocked.db.execute("UPDATE order_rules SET minimum = 1")


async def test_a_salesperson_sees_the_rules_of_his_dealers_and_a_dealer_none_of_the_desk(stocked):
    his = await stocked.a_dealer("CITY", stocked.sales)
    foreign = await stocked.a_dealer("CITY")
    for one in (his, foreign):
        await start(stocked, dealer_id=str(one.dealer_id), minimum=2)

    seen = (await stocked.api(stocked.sales).get("/order-rules")).json()["items"]
    refused = await stocked.api(his).get("/order-rules")

    assert [one["dealer_id"] for one in seen] == [str(his.dealer_id)]
    assert refused.status_code == 403
