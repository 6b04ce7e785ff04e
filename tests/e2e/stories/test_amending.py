"""Other lines for an order that was placed: up, down, too much, and too late."""

import pytest

from deploy.demo import steps
from deploy.demo.client import Refused
from tests.builders.trade import CREDIT, Books, opened

AMOUNTS = "quantity", "net_minor", "tax_minor", "gross_minor"


def amounts_of(order):
    return [tuple(line[name] for name in AMOUNTS) for line in order["lines"]]


async def test_an_amendment_up_and_back_down_leaves_everything_as_it_was(stage):
    """S-4, F-54, P-23, E-12: quantities rise and a line comes, then all goes back: lines, total,
    held credit and stock are as before, and nothing that was not paid is given back.
    """
    trade = await opened(stage, "10.00", "20.00", stock=50, terms=CREDIT, limit_minor=100_000)
    watch = await trade.order(10)
    before = await trade.buyer.get(f"/orders/{watch.order_id}")
    seller = await stage.caller(steps.SALESPERSON)

    up = await trade.amend(watch, 15, new=trade.lines(0, 5), by=seller)
    assert (up["amendment"]["state"], up["total_minor"]) == ("APPLIED", 25_000)
    assert await trade.books() == Books(held=25_000)
    assert await trade.stock() == [(50, 15), (50, 5)]

    down = await trade.amend(watch, 10, 0, by=seller)
    assert (down["amendment"]["state"], down["total_minor"]) == ("APPLIED", 10_000)
    assert amounts_of(down)[0] == amounts_of(before)[0]
    assert down["lines"][1]["quantity"] == down["lines"][1]["gross_minor"] == 0
    assert down["returned_minor"] == down["covered_minor"] == 0
    assert await trade.books() == Books(held=10_000)
    assert await trade.stock() == [(50, 10), (50, 0)]

    await trade.fulfil(watch)
    await watch.until_status("COMPLETED")
    [invoice] = await trade.buyer.rows("/invoices", order_id=watch.order_id)
    assert invoice["gross_minor"] == 10_000
    assert await trade.books() == Books(receivable=10_000)
    assert await trade.stock() == [(40, 0), (50, 0)]


async def test_a_paid_order_that_shrinks_gives_the_surplus_to_the_wallet(stage):
    """S-4, F-54, E-12, I-9: half of 100.00 is paid; at 40.00 it is paid, and 10.00 are over."""
    trade = await opened(stage, "10.00", stock=50)
    watch = await trade.order(10)
    await trade.pay(5_000, watch)
    await watch.until_covered(5_000)

    down = await trade.amend(watch, 4)
    assert (down["total_minor"], down["amendment"]["state"]) == (4_000, "APPLIED")
    await watch.until("the surplus returned", lambda order: order["covered_minor"] == 4_000)
    assert await trade.books() == Books(wallet=1_000, advances=4_000)
    await trade.fulfil(watch)
    await watch.until_status("COMPLETED")
    assert await trade.books() == Books(wallet=1_000)
    assert await trade.stock() == [(46, 0)]


async def test_an_amendment_beyond_limit_or_stock_or_while_somebody_picks_changes_nothing(stage):
    """S-4, P-23, E-06, E-12: each is refused with its reason, and the order goes on as it was."""
    trade = await opened(stage, "10.00", stock=50, terms=CREDIT, limit_minor=60_000)
    watch = await trade.order(10)
    seller = await stage.caller(steps.SALESPERSON)

    too_dear = await trade.amend(watch, 61, by=seller)
    too_many = await trade.amend(watch, 51, by=seller)
    task = await trade.start(watch)
    await watch.until_status("IN_FULFILMENT")
    too_late = await trade.amend(watch, 12, by=seller)
    with pytest.raises(Refused) as by_dealer:
        await trade.amend(watch, 12)

    assert by_dealer.value.status in {403, 409}
    for refused in (too_dear, too_many, too_late):
        assert (refused["amendment"]["state"], refused["total_minor"]) == ("REFUSED", 10_000)
    reasons = [one["amendment"]["refused"] for one in (too_dear, too_many, too_late)]
    assert reasons == ["over-limit", "short", "being-picked"]
    assert await trade.books() == Books(held=10_000)
    assert await trade.stock() == [(50, 10)]

    await trade.bring(await trade.send_out(await trade.pick(task)))
    await watch.until_status("COMPLETED")
    assert await trade.books() == Books(receivable=10_000)
    assert await trade.stock() == [(40, 0)]
