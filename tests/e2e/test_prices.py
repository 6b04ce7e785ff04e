"""Prices through the gateway: changed between quote and submit, and in boxes (P-06, P-07)."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from deploy.demo.client import Refused

DEALER = "dlr02"
TOLD = ("sku", "name_zh", "name_en", "category", "unit", "tax_rate_bp", "barcode", "attributes")


async def his_id(dealer, sku):
    quote = await dealer.post("/quotes", {"lines": [{"sku": sku, "quantity": 1}]})
    return quote["dealer_id"]


@asynccontextmanager
async def a_price(stage, sku, unit_price, *, dealer_id):
    """A list for this dealer alone, until the end of the block."""
    admin, second = stage.callers["admin"], await stage.caller("admin2")
    row = await admin.post(
        "/price-lists",
        {
            "code": f"E2E-{datetime.now(UTC):%H%M%S%f}",
            "name": "专用价",
            "dealer_id": dealer_id,
            "valid_from": (datetime.now(UTC) - timedelta(days=1)).isoformat(),
            "entries": [{"sku": sku, "unit_price": unit_price}],
        },
    )
    await second.post(f"/price-lists/{row['price_list_id']}/publish")
    yield
    await admin.post(f"/price-lists/{row['price_list_id']}/retire")


@asynccontextmanager
async def an_order_rule(stage, **limits):
    admin = stage.callers["admin"]
    rule = await admin.post("/order-rules", {"reason": "整箱起订"} | limits)
    yield
    await admin.post(f"/order-rules/{rule['rule_id']}/end")


async def ordered(stage, dealer, status, **body):
    """An order handed in, when it has come to this status."""
    accepted = await dealer.post("/orders", body)
    watch = await stage.watch(accepted["order_id"])
    return await watch.until_status(status)


async def test_a_price_that_changes_between_quote_and_submit(stage):
    """P-21: a quote holds, an increase asks again, a decrease is passed on."""
    dealer, sku = await stage.caller(DEALER), stage.loaded.company.products[-1].sku
    dealer_id, lines = await his_id(dealer, sku), [{"sku": sku, "quantity": 10}]

    async with a_price(stage, sku, "10", dealer_id=dealer_id):
        quote = await dealer.post("/quotes", {"lines": lines})
        expected = {"lines": lines, "expected_total_minor": quote["total_minor"]}
        async with a_price(stage, sku, "11", dealer_id=dealer_id):
            held = await ordered(
                stage, dealer, "PENDING_CONFIRMATION", quote=quote["quote"], **expected
            )
            dearer = await ordered(stage, dealer, "REJECTED", **expected)
        async with a_price(stage, sku, "9", dealer_id=dealer_id):
            cheaper = await ordered(stage, dealer, "PENDING_CONFIRMATION", **expected)

    assert quote["total_minor"] == held["total_minor"] == 10_000
    assert (dearer["reason"], dearer["total_minor"]) == ("price-changed", None)
    assert cheaper["total_minor"] == 9_000


async def test_an_order_in_boxes_breaks_an_order_rule_and_then_meets_it(stage):
    """P-06, P-07, E-15: one box is too few, two are 24 pieces, and the order keeps it."""
    dealer, admin = await stage.caller(DEALER), stage.callers["admin"]
    sku = stage.loaded.company.products[-2].sku
    product = await admin.get(f"/products/{sku}")
    row = {name: product[name] for name in TOLD}
    await admin.post("/products/import", {"rows": [row | {"units": [BOX]}]})
    dealer_id = await his_id(dealer, sku)

    async with an_order_rule(stage, sku=sku, dealer_id=dealer_id, minimum=24, multiple=12):
        with pytest.raises(Refused) as refusal:
            await dealer.post("/quotes", {"lines": [{"sku": sku, "quantity": 1, "unit": "箱"}]})
        bare = await ordered(stage, dealer, "REJECTED", lines=[{"sku": sku, "quantity": 12}])
        quote = await dealer.post("/quotes", {"lines": [{"sku": sku, "quantity": 2, "unit": "箱"}]})
        met = await ordered(
            stage,
            dealer,
            "PENDING_CONFIRMATION",
            lines=[{"sku": sku, "quantity": quote["lines"][0]["quantity"]}],
            quote=quote["quote"],
        )

    [fault] = refusal.value.problem["faults"]
    assert (refusal.value.status, fault["rule"], fault["suggested"]) == (409, "MINIMUM", 24)
    assert bare["reason"] == "order-rule-broken"
    assert [line["quantity"] for line in met["lines"]] == [24]
    assert met["total_minor"] == quote["total_minor"]


BOX = {"unit": "箱", "numerator": 12}
