"""A price is asked once and a cent is rounded once; every later document shows what is stored."""

import pytest

from deploy.demo.client import Refused
from tests.builders.trade import CREDIT, Books, opened

AMOUNTS = "net_minor", "tax_minor", "gross_minor"
LIMIT = 10_000_000


def amounts_of(lines):
    return [tuple(line[name] for name in AMOUNTS) for line in lines]


async def invoices_of(trade, watch):
    """Of an order, oldest first, with their lines."""
    rows = await trade.buyer.rows("/invoices", order_id=watch.order_id)
    return [await trade.buyer.get(f"/invoices/{row['invoice_id']}") for row in reversed(rows)]


async def ordered_at_a_quote(trade, *quantities):
    """The quote and the order that was handed in with it."""
    quote = await trade.buyer.post("/quotes", {"lines": trade.lines(*quantities)})
    watch = await trade.submit(
        *quantities, quote=quote["quote"], expected_total_minor=quote["total_minor"]
    )
    await watch.until_status("PENDING_CONFIRMATION")
    return quote, watch


async def test_a_price_that_changes_on_the_way_is_asked_about_before_and_not_after(stage):
    """E-05, F-35, P-21: dearer after the quote, the quote holds; dearer than the total seen, it is
    refused. Once submitted, two more changes reach neither the order, nor invoice, nor statement.
    """
    trade = await opened(stage, "10.00", stock=100, terms=CREDIT, limit_minor=LIMIT)
    [sku] = trade.skus
    quote = await trade.buyer.post("/quotes", {"lines": trade.lines(10)})
    await trade.set_prices({sku: "11.00"})

    unseen = await trade.submit(10, expected_total_minor=quote["total_minor"])
    refused = await unseen.until("refused", lambda order: order["status"] == "REJECTED")
    watch = await trade.submit(10, quote=quote["quote"], expected_total_minor=quote["total_minor"])
    await watch.until_status("PENDING_CONFIRMATION")
    await trade.set_prices({sku: "12.00"})
    await trade.as_seller(watch, "confirm")
    await trade.set_prices({sku: "9.00"})
    await trade.fulfil(watch)
    order = await watch.until_status("COMPLETED")

    [invoice] = await invoices_of(trade, watch)
    [line] = (await trade.statement())["lines"]
    assert refused["reason"] == "price-changed"
    assert quote["total_minor"] == order["total_minor"] == invoice["gross_minor"] == 10_000
    assert amounts_of(quote["lines"]) == amounts_of(order["lines"]) == amounts_of(invoice["lines"])
    assert (line["change_minor"], line["order_number"]) == (10_000, order["number"])
    assert await trade.books() == Books(receivable=10_000)
    assert await trade.stock() == [(90, 0)]


async def test_a_cart_is_told_what_became_dearer_since_its_prices_were_seen(stage):
    """F-35, E-05: 409 with the difference by line; at a new quote it is ordered."""
    trade = await opened(stage, "10.00", "20.00", stock=10, terms=CREDIT, limit_minor=LIMIT)
    cart = await trade.buyer.post("/carts", {"name": "补货"})
    path = f"/carts/{cart['cart_id']}"
    await trade.buyer.ask("PATCH", f"{path}/lines", json={"lines": trade.lines(5, 5)})
    seen = await trade.buyer.post("/quotes", {"lines": trade.lines(5, 5)})
    await trade.set_prices({trade.skus[1]: "21.00"})
    quote = await trade.buyer.post("/quotes", {"lines": trade.lines(5, 5)})

    with pytest.raises(Refused) as refusal:
        body = {
            "quote": quote["quote"],
            "seen_quote": seen["quote"],
            "expected_total_minor": seen["total_minor"],
        }
        await trade.buyer.post(f"{path}/submit", body)
    done = await trade.buyer.post(f"{path}/submit", {"quote": quote["quote"]})

    assert (refusal.value.status, refusal.value.slug) == (409, "price-changed")
    assert trade.skus[1] in str(refusal.value.problem)
    assert trade.skus[0] not in str(refusal.value.problem)
    assert [order["total_minor"] for order in done["orders"]] == [quote["total_minor"]]
    assert quote["total_minor"] == seen["total_minor"] + 500


INCLUSIVE = {
    "100.00": (1, 8_850, 1_150),  # V-1
    "99.99": (1, 8_849, 1_150),  # V-2
    "33.333333": (3, 8_850, 1_150),  # V-7: 100.00 for three
}
"""Quantity, net and tax in fen, by unit price."""
EXCLUSIVE = {
    "55.55": (1, 5_555, 722),  # V-4: the tax is 8.66 together, not 8.67
    "11.11": (1, 1_111, 144),
    "5095.20": (1, 509_520, 66_238),  # V-5: 795.79 together, not 795.78
    "523.20": (1, 52_320, 6_802),
    "80.64": (1, 8_064, 1_048),
    "54.12": (1, 5_412, 704),
    "182.00": (1, 18_200, 2_366),
    "186.20": (1, 18_620, 2_421),
}


async def test_what_the_quote_rounded_stands_in_order_invoice_and_statement(stage):
    """E-13, I-8, V-1, V-2, V-4, V-5, V-7: rounded once per line; the totals are sums of lines."""
    trade = await opened(stage, terms=CREDIT, limit_minor=LIMIT)
    await trade.offer(list(INCLUSIVE), stock=10)
    await trade.offer(list(EXCLUSIVE), stock=10, tax_inclusive=False)
    rows = [*INCLUSIVE.values(), *EXCLUSIVE.values()]
    expected = [(net, tax, net + tax) for _, net, tax in rows]
    total = sum(gross for _, _, gross in expected)

    quote, watch = await ordered_at_a_quote(trade, *(quantity for quantity, _, _ in rows))
    await trade.as_seller(watch, "confirm")
    await trade.fulfil(watch)
    order = await watch.until_status("COMPLETED")

    [invoice] = await invoices_of(trade, watch)
    [line] = (await trade.statement())["lines"]
    for document in (quote, order, invoice):
        assert amounts_of(document["lines"]) == expected
    assert [invoice[name] for name in AMOUNTS] == [
        sum(part) for part in zip(*expected, strict=True)
    ]
    assert quote["total_minor"] == order["total_minor"] == line["change_minor"] == total
    assert sum(tax for _, tax, _ in expected[3:5]) == 866
    assert sum(tax for _, tax, _ in expected[5:]) == 79_579
    assert await trade.books() == Books(receivable=total)


async def test_a_line_that_leaves_in_three_shipments_is_invoiced_to_the_cent(stage):
    """E-13, E-03, V-7: 100.00 in three is 33.33, 33.34, 33.33, the tax 3.83, 3.84, 3.83."""
    trade = await opened(stage, "33.333333", stock=3, terms=CREDIT, limit_minor=LIMIT)
    _, watch = await ordered_at_a_quote(trade, 3)
    await trade.as_seller(watch, "confirm")

    task = await trade.start(watch)
    for piece in range(3):
        picked = await trade.pick(task, {1: 1})
        await trade.bring(await trade.send_out(picked, partial=piece < 2))
    order = await watch.until_status("COMPLETED")

    invoices = await invoices_of(trade, watch)
    lines = (await trade.statement())["lines"]
    assert [(one["gross_minor"], one["tax_minor"]) for one in invoices] == [
        (3_333, 383),
        (3_334, 384),
        (3_333, 383),
    ]
    assert sorted(line["change_minor"] for line in lines) == [3_333, 3_333, 3_334]
    assert sum(one["gross_minor"] for one in invoices) == order["total_minor"] == 10_000
    assert await trade.books() == Books(receivable=10_000)
    assert await trade.stock() == [(0, 0)]
