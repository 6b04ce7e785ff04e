"""Orders paid in advance, in part, and later; what is paid too much, and what is owed too much."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import permutations, repeat

import pytest

from deploy.demo.client import Refused
from tests.builders.trade import BANK, CREDIT, Books, opened

DEPOSIT = {"kind": "DEPOSIT", "deposit_percent": 30}


def of(refusal):
    return refusal.value.status, refusal.value.slug


async def test_a_prepaid_order_paid_in_parts_in_any_order_and_the_surplus_paid_back(stage):
    """F-18, F-20, F-56, E-01, E-02, P-08: six orders of 100.00, each paid by 30.00, 50.00 and 25.00
    in another order. Each is PARTIALLY_PAID until it is PAID, and 5.00 of each go to the wallet.
    Five are cancelled, one is fulfilled; the wallet is paid back by two people of finance.
    """
    trade = await opened(stage, "10.00", stock=100)
    watches = await asyncio.gather(*(trade.order(10) for _ in range(6)))
    ways = permutations((3_000, 5_000, 2_500))
    seen = await asyncio.gather(*map(paid_by, repeat(trade), watches, ways))
    assert seen == [["PARTIALLY_PAID", "PARTIALLY_PAID", "PAID"]] * 6
    assert await trade.books() == Books(wallet=6 * 500, advances=6 * 10_000)

    done, *given_up = watches
    for watch in given_up:
        await trade.as_seller(watch, "cancel", {"reason": "改用其他规格"})
    await trade.fulfil(done)
    for watch in given_up:
        await watch.until_status("CANCELLED")
    order = await done.until_status("COMPLETED")
    assert await trade.books() == Books(wallet=6 * 500 + 5 * 10_000)

    await paid_back(trade, 53_000)
    assert await trade.books() == Books()
    changes = [line["change_minor"] for line in (await trade.statement())["lines"]]
    assert sorted(changes) == sorted([-3_000, -5_000, -2_500] * 6 + [10_000, 53_000])
    assert order["payment_status"] == "PAID"
    assert await trade.stock() == [(90, 0)]


async def test_money_that_comes_for_a_cancelled_order_or_twice_goes_to_the_wallet(stage):
    """E-02, E-10, S-6, P-22, I-11: it neither revives the order nor is lost; the same reference of
    the bank is booked once, and the dealer pays his next order from the wallet.
    """
    trade = await opened(stage, "10.00", stock=50)
    late, next_order = await trade.order(10), await trade.order(5)
    await trade.as_seller(late, "cancel", {"reason": "超时未付"})
    await late.until_status("CANCELLED")

    receipt = await trade.pay(10_000, late)
    finance = await stage.caller("fin")
    with pytest.raises(Refused) as again:
        body = {name: receipt[name] for name in ("amount_minor", "method", "reference")}
        await finance.post("/payments", body | {"dealer_id": trade.dealer_id})
    assert of(again) == (409, "reference-used")
    assert (receipt["allocated_minor"], receipt["unallocated_minor"]) == (0, 10_000)
    assert await trade.books() == Books(wallet=10_000)

    path = f"/accounts/{trade.dealer_id}/pay-order"
    await trade.buyer.post(path, {"order_id": next_order.order_id})
    await next_order.until_covered(5_000)
    await trade.pay(5_000, next_order)
    await trade.fulfil(next_order)
    await next_order.until_status("COMPLETED")
    order = await late.until_status("CANCELLED")
    assert (order["covered_minor"], order["status"]) == (0, "CANCELLED")
    assert await trade.books() == Books(wallet=10_000)
    assert await trade.stock() == [(45, 0)]


async def paid_by(trade, watch, receipts):
    """What the order said of its payment after each receipt."""
    seen, paid = [], 0
    for amount in receipts:
        await trade.pay(amount, watch)
        paid += amount
        seen.append((await watch.until_covered(min(paid, 10_000)))["payment_status"])
    return seen


async def paid_back(trade, amount_minor):
    """Asked for by one of finance, who may not approve it; approved and paid by another."""
    finance, second = await trade.stage.caller("fin"), await trade.stage.caller("fin2")
    ask = {"dealer_id": trade.dealer_id, "amount_minor": amount_minor, "reason": "余额退回"}
    with pytest.raises(Refused) as too_much:
        await finance.post("/refunds", ask | BANK | {"amount_minor": amount_minor + 1})
    refund = await finance.post("/refunds", ask | BANK)
    path = f"/refunds/{refund['refund_id']}"
    with pytest.raises(Refused) as alone:
        await finance.post(f"{path}/approve")
    await second.post(f"{path}/approve")
    paid = await second.post(f"{path}/pay", {"bank_reference": refund["number"]})

    assert of(too_much) == (409, "wallet-short")
    assert of(alone) == (403, "approved-by-another")
    assert paid["state"] == "PAID"


async def test_a_deposit_opens_the_gate_and_the_rest_settles_the_order_at_its_end(stage):
    """F-42, F-56, P-08: 30 % of 1,000.00, to the cent; the other 700.00 are owed until received."""
    trade = await opened(stage, "100.00", stock=20, terms=DEPOSIT, limit_minor=70_000)
    watch = await trade.order(10)

    await trade.pay(29_999, watch)
    shut = await watch.until_covered(29_999)
    assert (shut["queue"], shut["due_before_release_minor"]) == ("FIN", 30_000)
    assert await tasks_of(stage, watch) == []

    await trade.pay(1, watch)
    shipment = await trade.send_out(await trade.pick(await trade.start(watch)))
    assert await trade.stock() == [(10, 0)]
    await trade.bring(shipment)
    received = await watch.until("收货", lambda order: order["lines"][0]["received"] == 10)
    assert (received["status"], received["payment_status"]) == ("IN_FULFILMENT", "PARTIALLY_PAID")
    await watch.until("待收款", lambda order: order["queue"] == "FIN")
    assert await trade.books() == Books(receivable=70_000)

    await trade.pay(70_000, watch)
    order = await watch.until_status("COMPLETED")
    assert (order["payment_status"], order["covered_minor"]) == ("PAID", 100_000)
    assert await trade.books() == Books()
    assert await trade.stock() == [(10, 0)]


async def test_cash_on_delivery_leaves_unpaid_and_is_settled_by_the_driver_s_cash(stage):
    """F-42: nothing is due before the goods leave; received and unpaid, the order waits for FIN."""
    trade = await opened(stage, "100.00", stock=20, terms={"kind": "COD"})
    watch = await trade.order(3)

    await trade.fulfil(watch)
    unpaid = await watch.until("待收款", lambda order: order["queue"] == "FIN")
    assert (unpaid["status"], unpaid["payment_status"]) == ("IN_FULFILMENT", "UNPAID")
    assert await trade.books() == Books(receivable=30_000)

    await trade.pay(30_000, watch)
    await watch.until_status("COMPLETED")
    assert await trade.books() == Books()
    assert await trade.stock() == [(17, 0)]


async def tasks_of(stage, watch):
    """What pickers see of an order."""
    picker = await stage.caller("pck.gz")
    return await picker.rows("/pick-tasks", order_id=watch.order_id)


async def test_orders_beyond_the_limit_stop_until_finance_lets_one_go_on(stage):
    """E-06, P-01, P-20, I-7: eight orders of 100.00 at once at a limit of 500.00: five pass.
    The salesperson may not release the others; finance releases one, which lives its whole life.
    """
    trade = await opened(stage, "100.00", stock=20, terms=CREDIT, limit_minor=50_000)
    watches = await asyncio.gather(*(trade.submit(1) for _ in range(8)))
    orders = [await watch.until("checked", checked) for watch in watches]
    passed = [one for one in orders if one["status"] == "PENDING_CONFIRMATION"]
    held = [one for one in orders if one["status"] == "ON_HOLD"]
    assert (len(passed), len(held)) == (5, 3)
    assert {(one["holds"][0]["kind"], one["queue"]) for one in held} == {("CREDIT", "FIN")}
    assert await trade.books() == Books(held=50_000)

    released = next(one for one in watches if one.order_id == held[0]["order_id"])
    with pytest.raises(Refused) as by_sales:
        await trade.as_seller(released, "release-hold", {"kind": "CREDIT"})
    finance = await stage.caller("fin")
    await finance.post(f"/orders/{released.order_id}/release-hold", {"kind": "CREDIT"})
    await released.until_status("PENDING_CONFIRMATION")
    account = await finance.get(f"/accounts/{trade.dealer_id}")
    assert of(by_sales) == (403, "forbidden")
    assert (account["exposure_minor"], account["over_limit_minor"]) == (60_000, 10_000)

    await trade.as_seller(released, "confirm")
    await trade.fulfil(released)
    await released.until_status("COMPLETED")
    for watch in watches:
        if watch is not released:
            await trade.buyer.post(f"/orders/{watch.order_id}/cancel", {"reason": "不要了"})
            await watch.until_status("CANCELLED")
    assert await trade.books() == Books(receivable=10_000)
    assert await trade.stock() == [(19, 0)]


async def test_a_temporary_limit_lets_orders_pass_until_its_time_is_over(stage):
    """P-01, P-20, I-7: a limit of 500.00 is used up. Finance grants 100.00 for some seconds, and an
    order passes; later the next one is held. A large limit is approved by another person.
    """
    trade = await opened(stage, "100.00", stock=20, terms=CREDIT, limit_minor=50_000)
    finance, second = await stage.caller("fin"), await stage.caller("fin2")
    orders = [await trade.submit(5)]
    await orders[0].until_status("PENDING_CONFIRMATION")
    short = await grant(trade, 10_000, timedelta(seconds=8))
    orders.append(await trade.submit(1))
    await orders[1].until_status("PENDING_CONFIRMATION")

    path = f"/limit-grants/{short['grant_id']}"
    await stage.wait_for(
        "its end", lambda: finance.get(path), lambda one: one["state"] == "EXPIRED"
    )
    orders.append(await trade.submit(1))
    held = await orders[2].until_status("ON_HOLD")
    account = await finance.get(f"/accounts/{trade.dealer_id}")
    assert [(one["kind"], one["owner"]) for one in held["holds"]] == [("CREDIT", "FIN")]
    assert (account["temporary_limit_minor"], account["over_limit_minor"]) == (0, 10_000)

    large = await grant(trade, 10_000_000, timedelta(days=30))
    with pytest.raises(Refused) as alone:
        await finance.post(f"/limit-grants/{large['grant_id']}/approve")
    await second.post(f"/limit-grants/{large['grant_id']}/approve")
    orders.append(await trade.submit(10))
    await orders[3].until_status("PENDING_CONFIRMATION")
    assert (short["state"], large["state"]) == ("ACTIVE", "REQUESTED")
    assert of(alone) == (403, "granted-by-another")
    assert await trade.books() == Books(held=160_000)

    await second.post(f"/limit-grants/{large['grant_id']}/revoke", {"reason": "旺季结束"})
    for watch in orders:
        await trade.buyer.post(f"/orders/{watch.order_id}/cancel", {"reason": "不要了"})
        await watch.until_status("CANCELLED")
    assert await trade.books() == Books()
    assert await trade.stock() == [(20, 0)]


async def grant(trade, amount_minor, lasting):
    """Finance asks for a temporary limit."""
    finance = await trade.stage.caller("fin")
    body = {
        "dealer_id": trade.dealer_id,
        "amount_minor": amount_minor,
        "until": (datetime.now(UTC) + lasting).isoformat(),
        "reason": "旺季备货",
    }
    return await finance.post("/limit-grants", body)


def checked(order):
    return order["status"] != "SUBMITTED"
