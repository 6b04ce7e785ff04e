"""Discounts of whole orders over HTTP and from the saga, on a real database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from chassis import money
from chassis.auth import Role
from contracts.catalog import OrderPriced, PriceOrder
from tests.builders.catalog import line_asks
from tests.builders.edge import a_key, an_actor

TEN_FROM_300 = {"threshold_minor": 300_00, "percent_bp": 1_000, "reason": "满三百减一成"}


@pytest.fixture
async def stocked(shop):
    """A pays 60.00 and B 250.00, with tax."""
    await shop.products("A", "B")
    await shop.publish("CITY", ("A", 1, "60"), ("B", 1, "250"))
    return shop


async def start(shop, actor=None, **facts):
    return await shop.api(actor or shop.admin).post(
        "/order-discounts", json=TEN_FROM_300 | facts, headers=a_key()
    )


async def quoted(shop, buyer, **quantities):
    lines = [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]
    answer = await shop.api(buyer).post("/quotes", json={"lines": lines})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def saga_prices(shop, buyer, *, beside=None, amendment=0, **quantities):
    """What the saga is answered."""
    ask = PriceOrder(
        order_id=uuid4(),
        dealer_id=buyer.dealer_id,
        at=datetime.now(UTC),
        lines=line_asks(quantities),
        amendment=amendment,
        beside=line_asks(beside or {}),
    )
    await shop.deliver(ask)
    row = await shop.db.fetchrow(
        "SELECT body FROM outbox WHERE type = $1 ORDER BY position DESC LIMIT 1", OrderPriced.type
    )
    return OrderPriced.model_validate_json(row["body"])


async def test_an_order_that_reaches_a_discount_gets_it_in_quotes_and_from_the_saga(stocked):
    """P-28, I-8: its lines bear it, and the total is their sum."""
    buyer = await stocked.a_dealer("CITY")
    answer = await start(stocked, tier="CITY")

    promised = await quoted(stocked, buyer, A=1, B=1)
    asked = await saga_prices(stocked, buyer, A=1, B=1)
    small = await quoted(stocked, buyer, B=1)

    assert (answer.status_code, answer.json()["allowed_actions"]) == (201, ["order-discounts.end"])
    assert [line["discount_minor"] for line in promised["lines"]] == [6_00, 25_00]
    assert promised["total_minor"] == asked.total_minor == 279_00
    assert sum(line.net_minor + line.tax_minor for line in asked.lines) == 279_00
    assert small["total_minor"] == 250_00


async def test_five_of_six_pieces_come_back_at_what_was_paid_for_them(stocked):
    """E-11: 5 of 6 with "10 % from 300". What is given back follows the stored share of the line;
    where the order is amended instead, what is left is priced anew, without the discount.
    """
    buyer = await stocked.a_dealer("CITY")
    await start(stocked)
    [bought] = (await saga_prices(stocked, buyer, A=6)).lines

    [left] = (await saga_prices(stocked, buyer, amendment=1, A=1)).lines

    back = {
        "keep": money.portion(bought.gross_minor, before=1, after=6, whole=6),
        "re-price": bought.gross_minor - left.gross_minor,
    }
    assert (bought.gross_minor, bought.discount_minor) == (324_00, 36_00)
    assert back == {"keep": 270_00, "re-price": 264_00}


async def test_a_changed_line_keeps_the_discount_that_the_whole_order_still_reaches(stocked):
    """S-4, P-28: the lines that stay as they are count."""
    buyer = await stocked.a_dealer("CITY")
    await start(stocked)

    [changed] = (await saga_prices(stocked, buyer, amendment=1, A=2, beside={"B": 1})).lines

    assert (changed.gross_minor, changed.discount_minor) == (108_00, 12_00)


async def test_a_discount_ends_earlier_than_it_was_to_and_orders_of_before_keep_it(stocked):
    """E-05: priced late, an order still gets what held when it was submitted."""
    buyer = await stocked.a_dealer("CITY")
    until = datetime.now(UTC) + timedelta(days=3)
    rule = (await start(stocked, until=until.isoformat())).json()
    before = datetime.now(UTC)
    path = f"/order-discounts/{rule['rule_id']}/end"

    ended = [(await stocked.api(stocked.admin).post(path)).json() for _ in range(2)]

    assert datetime.fromisoformat(rule["ended_at"]) == until
    assert ended[0] == ended[1]
    assert (datetime.fromisoformat(ended[0]["ended_at"]), ended[0]["allowed_actions"]) < (until, [])
    assert (await quoted(stocked, buyer, A=6))["total_minor"] == 360_00
    late = PriceOrder(
        order_id=uuid4(), dealer_id=buyer.dealer_id, at=before, lines=line_asks({"A": 6})
    )
    await stocked.deliver(late)
    body = await stocked.db.fetchval("SELECT body FROM outbox ORDER BY position DESC LIMIT 1")
    assert OrderPriced.model_validate_json(body).total_minor == 324_00


async def test_what_is_no_discount_is_refused(stocked):
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    bad = [
        await start(stocked, **facts)
        for facts in (
            {"percent_bp": 0},
            {"percent_bp": 10_000},
            {"since": past},
            {"since": later, "until": later},
            {"dealer_id": str(uuid4()), "tier": "CITY"},
            {"dealer_id": str(uuid4())},
        )
    ]
    by_others = await start(stocked, an_actor(Role.SAL))

    assert [one.status_code for one in bad] == [422, 422, 422, 422, 422, 404]
    assert by_others.status_code == 403


async def test_a_salesperson_sees_the_discounts_of_his_dealers_and_nobody_changes_one(stocked):
    """P-10, E-27."""
    his = await stocked.a_dealer("CITY", stocked.sales)
    foreign = await stocked.a_dealer("COUNTY")
    for dealer in (his, foreign):
        await start(stocked, dealer_id=str(dealer.dealer_id))
    await start(stocked, tier="COUNTY")

    async def seen(actor):
        return len((await stocked.api(actor).get("/order-discounts")).json()["items"])

    assert (await seen(stocked.admin), await seen(stocked.sales)) == (3, 1)
    assert (await stocked.api(his).get("/order-discounts")).status_code == 403
    with pytest.raises(asyncpg.RestrictViolationError):
        await stocked.db.execute("UPDATE order_discounts SET percent_bp = 5000")
