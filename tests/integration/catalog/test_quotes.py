"""Quotes over HTTP: signed prices of one dealer, for whoever may buy in his name."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from chassis.auth import Role
from contracts.catalog import PricedLine, PriceOrder
from contracts.quotes import read_keys, unseal
from tests.builders.catalog import line_asks
from tests.builders.edge import an_actor
from tests.integration.catalog.conftest import QUOTE_KEY

LINES = [{"sku": "A", "quantity": 12}, {"sku": "B", "quantity": 3}]


@pytest.fixture
async def stocked(shop):
    await shop.products("A", "B", "C")
    await shop.publish("CITY", ("A", 1, "10"), ("A", 12, "9.5"), ("B", 1, "0.333333"))
    return shop


async def test_a_dealer_gets_a_quote_that_orders_can_read(stocked):
    buyer = await stocked.a_dealer("CITY")

    answer = await stocked.api(buyer).post("/quotes", json={"lines": LINES})

    body = answer.json()
    quote = unseal(body["quote"], read_keys(QUOTE_KEY), datetime.now(UTC))
    assert answer.status_code == 201
    assert (quote.dealer_id, quote.total_minor) == (buyer.dealer_id, 11_400 + 100)
    assert [line.gross_minor for line in quote.lines] == [11_400, 100]
    assert quote.expires_at - quote.priced_at == timedelta(minutes=15)
    assert [{name: line[name] for name in PricedLine.model_fields} for line in body["lines"]] == [
        line.model_dump(mode="json") for line in quote.lines
    ]


async def test_a_quote_and_the_saga_price_alike(stocked):
    buyer = await stocked.a_dealer("CITY")
    quoted = (await stocked.api(buyer).post("/quotes", json={"lines": LINES})).json()
    lines = line_asks({line["sku"]: line["quantity"] for line in LINES})
    ask = PriceOrder(order_id=uuid4(), dealer_id=buyer.dealer_id, at=datetime.now(UTC), lines=lines)

    await stocked.deliver(ask)

    total = await stocked.db.fetchval(
        """
        SELECT (convert_from(body, 'UTF8')::jsonb ->> 'total_minor')::int FROM outbox
        WHERE type = 'catalog.order-priced.v1'
        """
    )
    assert total == quoted["total_minor"]


async def test_a_salesperson_quotes_for_his_dealers_only(stocked):
    his = await stocked.a_dealer("CITY", stocked.sales)
    foreign = await stocked.a_dealer("CITY")
    client = stocked.api(stocked.sales)

    answers = [
        await client.post("/quotes", json={"lines": LINES, "dealer_id": str(dealer_id)})
        for dealer_id in (his.dealer_id, foreign.dealer_id, uuid4())
    ]

    assert [answer.status_code for answer in answers] == [201, 404, 404]
    assert answers[1].json()["type"] == answers[2].json()["type"]


async def test_a_dealer_cannot_ask_in_the_name_of_another(stocked):
    me, other = await stocked.a_dealer("CITY"), await stocked.a_dealer("CITY")

    answer = await stocked.api(me).post(
        "/quotes", json={"lines": LINES, "dealer_id": str(other.dealer_id)}
    )

    assert answer.status_code == 404


async def test_the_staff_must_say_for_whom(stocked):
    answer = await stocked.api(stocked.admin).post("/quotes", json={"lines": LINES})

    assert answer.status_code == 422
    assert answer.json()["faults"][0]["pointer"] == "/dealer_id"


@pytest.mark.parametrize(
    ("lines", "status", "slug", "skus"),
    [
        ([{"sku": "GHOST", "quantity": 1}], 422, "unknown-sku", ["GHOST"]),
        ([{"sku": "C", "quantity": 1}], 409, "no-price", ["C"]),
        ([{"sku": "A", "quantity": 0}], 422, "invalid-request", None),
        ([], 422, "invalid-request", None),
    ],
)
async def test_what_has_no_price_is_refused_by_name(stocked, lines, status, slug, skus):
    buyer = await stocked.a_dealer("CITY")

    answer = await stocked.api(buyer).post("/quotes", json={"lines": lines})

    assert (answer.status_code, answer.json().get("skus")) == (status, skus)
    assert answer.json()["type"].endswith(f"/{slug}")


async def test_a_suspended_product_is_not_for_sale(stocked):
    buyer = await stocked.a_dealer("CITY")
    await stocked.api(stocked.admin).post("/products/A/suspend")

    answer = await stocked.api(buyer).post("/quotes", json={"lines": LINES})

    assert answer.json()["type"].endswith("/not-for-sale")


async def test_a_machine_of_a_dealer_quotes_like_him(stocked):
    buyer = await stocked.a_dealer("CITY")
    machine = an_actor(Role.MACHINE, dealer_id=buyer.dealer_id)

    answer = await stocked.api(machine).post("/quotes", json={"lines": LINES})

    assert UUID(answer.json()["dealer_id"]) == buyer.dealer_id
