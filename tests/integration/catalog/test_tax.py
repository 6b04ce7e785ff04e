"""Tax classes over HTTP: rates with dates, which products get when their time has come."""

from datetime import UTC, datetime, timedelta

from chassis.auth import Role
from chassis.db import transaction
from contracts.catalog import OrderPriced, ProductState
from services.catalog.commands import tax as commands
from services.catalog.domain.tax import TaxRate
from tests.builders.catalog import a_price_order, a_product_row
from tests.builders.edge import a_key, an_actor

DAY = timedelta(days=1)


async def told(db, kind):
    rows = await db.fetch("SELECT body FROM outbox WHERE type = $1 ORDER BY position", kind.type)
    return [kind.model_validate_json(row["body"]) for row in rows]


async def add(shop, code="GIFTS", rate_bp=1_700, **facts):
    body = {"code": code, "name_zh": "礼品", "rate_bp": rate_bp} | facts
    return await shop.api(shop.admin).post("/tax-classes", json=body, headers=a_key())


async def set_rate(shop, rate_bp, valid_from=None, code="GIFTS"):
    body = {"rate_bp": rate_bp, "valid_from": valid_from and valid_from.isoformat()}
    path = f"/tax-classes/{code}/rates"
    return await shop.api(shop.admin).post(path, json=body, headers=a_key())


async def apply(shop, now):
    async with transaction(shop.db) as tx:
        return await commands.apply_due_rates(tx, now)


async def test_products_have_the_rate_of_their_class_or_one_of_their_own(shop):
    """F-44: tax classes 13 %, 9 %, 6 %, 0 % and exempt are there; a product names one."""
    await shop.products(
        "USUAL", a_product_row("LOW", tax_class="LOW"), a_product_row("OWN", tax_rate_bp=500)
    )
    admin = shop.api(shop.admin)

    shown = [(await admin.get(f"/products/{sku}")).json() for sku in ("USUAL", "LOW", "OWN")]
    classes = {one["code"]: one["rate_bp"] for one in (await admin.get("/tax-classes")).json()}

    assert [(one["tax_class"], one["tax_rate_bp"]) for one in shown] == [
        ("GOODS", 1_300),
        ("LOW", 900),
        (None, 500),
    ]
    assert classes == {"GOODS": 1_300, "LOW": 900, "SERVICES": 600, "ZERO": 0, "EXEMPT": 0}


async def test_a_product_moves_between_classes_and_a_rate_of_its_own(shop):
    await shop.products("A")
    admin = shop.api(shop.admin)

    bodies = ({"tax_class": "LOW"}, {"tax_rate_bp": 300}, {"tax_class": "EXEMPT"})
    moved = [(await admin.patch("/products/A", json=body)).json() for body in bodies]
    ghost = await admin.patch("/products/A", json={"tax_class": "GHOST"})
    both = await admin.patch("/products/A", json={"tax_class": "LOW", "tax_rate_bp": 900})

    assert [(one["tax_class"], one["tax_rate_bp"]) for one in moved] == [
        ("LOW", 900),
        (None, 300),
        ("EXEMPT", 0),
    ]
    assert (ghost.status_code, both.status_code) == (422, 422)
    assert ghost.json()["type"].endswith("unknown-tax-class")
    assert (await shop.products(a_product_row("B", tax_class="GHOST")))["faults"][0]["sku"] == "B"


async def test_a_rate_for_later_reaches_products_and_the_others_when_its_time_comes(shop):
    """P-05: a rate is published for a future date, and the state of its products follows then."""
    await add(shop)
    await shop.products("OTHER", *(a_product_row(f"G-{n}", tax_class="GIFTS") for n in range(3)))
    start = datetime.now(UTC) + DAY
    answer = await set_rate(shop, 1_300, start)

    early = await apply(shop, start - timedelta(seconds=1))
    on_time = [await apply(shop, start) for _ in range(2)]

    assert [rate["rate_bp"] for rate in answer.json()["rates"]] == [1_700, 1_300]
    assert answer.json()["rate_bp"] == 1_700
    assert (early, on_time) == (0, [3, 0])
    states = (await told(shop.db, ProductState))[4:]
    assert [(one.sku, one.version, one.tax_rate_bp) for one in states] == [
        (f"G-{n}", 2, 1_300) for n in range(3)
    ]


async def test_many_products_get_a_rate_in_several_transactions(shop):
    await add(shop)
    rows = [a_product_row(f"G-{n:04}", tax_class="GIFTS") for n in range(commands.APPLIED_MAX + 7)]
    await shop.products(*rows)
    await set_rate(shop, 900)
    now = datetime.now(UTC)

    applied = [await apply(shop, now) for _ in range(3)]

    assert applied == [commands.APPLIED_MAX, 7, 0]


async def test_what_was_submitted_before_keeps_its_rate(shop):
    """E-05: an order is taxed as of its submission, whenever it is priced; a later one anew."""
    await add(shop)
    await shop.products(a_product_row("G", tax_class="GIFTS"))
    await shop.publish("CITY", ("G", 1, "117"))
    buyer = await shop.a_dealer("CITY")
    before = datetime.now(UTC)
    await set_rate(shop, 1_300)
    await apply(shop, datetime.now(UTC))

    await shop.deliver(
        a_price_order(buyer.dealer_id, before, G=1),
        a_price_order(buyer.dealer_id, datetime.now(UTC), G=1),
    )

    priced = await told(shop.db, OrderPriced)
    assert [(one.lines[0].tax_rate_bp, one.lines[0].tax_minor) for one in priced] == [
        (1_700, 1_700),
        (1_300, 1_346),
    ]


async def test_a_quote_promises_nothing_beyond_a_change_of_the_tax(shop):
    await add(shop)
    await shop.products(a_product_row("G", tax_class="GIFTS"))
    await shop.publish("CITY", ("G", 1, "117"))
    buyer = await shop.a_dealer("CITY")
    start = datetime.now(UTC) + timedelta(minutes=5)
    await set_rate(shop, 1_300, start)

    answer = await shop.api(buyer).post("/quotes", json={"lines": [{"sku": "G", "quantity": 1}]})

    assert datetime.fromisoformat(answer.json()["expires_at"]) == start


async def test_rates_are_set_by_finance_and_administrators_and_never_for_the_past(shop):
    first = await add(shop)
    again = await add(shop)
    past = await set_rate(shop, 900, datetime.now(UTC) - DAY)
    missing = await set_rate(shop, 900, code="GHOST")
    body = {"code": "X", "name_zh": "某", "rate_bp": 1}
    by_role = {
        role: (await shop.api(an_actor(role)).post("/tax-classes", json=body, headers=a_key()))
        for role in (Role.SAL, Role.DLR, Role.FIN)
    }

    assert (first.status_code, again.status_code) == (201, 409)
    assert (past.status_code, missing.status_code) == (422, 404)
    assert [one.status_code for one in by_role.values()] == [403, 403, 201]


async def test_a_rate_for_the_same_moment_takes_the_place_of_the_one_that_was_to_begin(shop):
    start = datetime.now(UTC) + DAY
    await add(shop)

    for rate_bp in (900, 600):
        await set_rate(shop, rate_bp, start)

    async with transaction(shop.db) as tx:
        known = (await commands.store.tax_classes(tx, ["GIFTS"]))["GIFTS"]
    assert known.rates[1:] == (TaxRate(start, 600),)
