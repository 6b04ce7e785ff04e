"""E-27: whatever a dealer asks, he never reads the price of another."""

import pytest

from chassis.auth import Role
from chassis.service import routed
from services.catalog.app import SERVICE
from tests.builders.edge import a_key, an_actor

HIS_OWN, SECRET, OTHER_TIER = "11.11", "7777.77", "8888.88"


@pytest.fixture
async def market(shop):
    """A dealer with a price of his own; another of his tier; a tier with prices of its own."""
    await shop.products("A", "B")
    shop.rival, shop.me = await shop.a_dealer("CITY"), await shop.a_dealer("CITY", shop.sales)
    mine = {"dealer_id": str(shop.me.dealer_id)}
    rivals = {"dealer_id": str(shop.rival.dealer_id)}
    shop.lists = [
        await shop.publish("CITY", ("A", 1, "20"), ("B", 1, "5")),
        await shop.publish("COUNTY", ("A", 1, OTHER_TIER)),
        await shop.publish(None, ("A", 1, HIS_OWN), **mine),
        await shop.publish(None, ("A", 1, SECRET), ("A", 100, SECRET), **rivals),
    ]
    rule = {"reason": "专供", "minimum": 7_777, "sku": "B"} | rivals
    await shop.api(shop.admin).post("/order-rules", json=rule, headers=a_key())
    return shop


def paths(market):
    """Every GET of the service, with the ids of all lists and the names of all products."""
    for path, operations in routed(SERVICE).openapi()["paths"].items():
        if "get" not in operations or path.startswith("/health"):
            continue
        if "{price_list_id}" in path:
            for one in market.lists:
                yield path.format(price_list_id=one["price_list_id"])
        else:
            yield path.format(sku="A") if "{sku}" in path else path


QUESTIONS = ("", "?version=1", "?dealer_id={rival}", "?dealer_id={rival}&version=1&q=A")


@pytest.mark.parametrize("role", [Role.DLR, Role.MACHINE, Role.APPLICANT])
async def test_no_get_shows_a_dealer_the_price_of_another(market, role):
    me = an_actor(role, dealer_id=None if role is Role.APPLICANT else market.me.dealer_id)
    asked = [
        path + question.format(rival=market.rival.dealer_id)
        for path in paths(market)
        for question in QUESTIONS
    ]

    answers = [await market.api(me).get(path) for path in asked]

    seen = "".join(answer.text for answer in answers)
    assert len(asked) > 40
    assert not [secret for secret in (SECRET, OTHER_TIER) if secret in seen]
    assert (HIS_OWN in seen) == (role is not Role.APPLICANT)


async def test_a_quote_in_the_name_of_another_is_refused_without_a_price(market):
    lines = [{"sku": "A", "quantity": 1}]
    body = {"lines": lines, "dealer_id": str(market.rival.dealer_id)}

    by_dealer = await market.api(market.me).post("/quotes", json=body)
    by_salesperson = await market.api(market.sales).post("/quotes", json=body)
    own = await market.api(market.me).post("/quotes", json={"lines": lines})

    assert (by_dealer.status_code, by_salesperson.status_code) == (404, 404)
    assert SECRET not in by_dealer.text + by_salesperson.text
    assert own.json()["lines"][0]["unit_price"] == HIS_OWN


async def test_a_salesperson_reads_no_list_and_no_sheet_of_a_foreign_dealer(market):
    client = market.api(market.sales)

    answers = [await client.get(path + "?version=1") for path in paths(market)]
    answers += [await client.get(f"/products?dealer_id={market.rival.dealer_id}")]

    seen = "".join(answer.text for answer in answers)
    assert HIS_OWN in seen
    assert SECRET not in seen
