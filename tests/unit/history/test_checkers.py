"""Every checker sees the bad history that is planted for it, and none sees ghosts."""

from dataclasses import replace

import pytest

from tests.history.check import judge
from tests.history.opening import Opening
from tests.history.picture import Picture
from tests.history.record import Operation, Outcome

DEALER, HOUSE, SKU = "dealer", "house", "A"
ENDING = {"COMPLETED": "orders.order-completed.v1", "CANCELLED": "orders.order-cancelled.v1"}


def shelf(*, on_hand, reserved=0, in_doubt=0):
    return {
        "warehouse_id": HOUSE,
        "warehouse_code": "GZ",
        "sku": SKU,
        "on_hand": on_hand,
        "reserved": reserved,
        "in_doubt": in_doubt,
        "available": on_hand - reserved - in_doubt,
    }


def account(**minor):
    balances = {"held_minor": 0, "receivable_minor": 0, "advances_minor": 0, "wallet_minor": 0}
    room = {"credit_limit_minor": 10_000, "over_limit_minor": 0}
    return {"dealer_id": DEALER, "dealer_code": "D1", **balances, **room, **minor}


def an_order(order_id, status="COMPLETED", **facts):
    """Two pieces for 500, on credit."""
    gone = 2 if status == "COMPLETED" else 0
    return {
        "order_id": order_id,
        "number": f"XS-{order_id}",
        "version": 4,
        "dealer_id": DEALER,
        "warehouse_id": HOUSE,
        "status": status,
        "queue": None,
        "stuck": False,
        "holds": [],
        "terms": {"kind": "CREDIT"},
        "total_minor": 500,
        "due_before_release_minor": 0,
        "covered_minor": 0,
        "note": f"key-{order_id}",
        "lines": [{"sku": SKU, "quantity": 2, "shipped": gone}],
        **facts,
    }


def invoice(order_id, gross_minor=500):
    return {"invoice_id": f"i-{order_id}", "order_id": order_id, "gross_minor": gross_minor}


def story(*types):
    return [{"message_id": f"m{place}", "type": one} for place, one in enumerate(types)]


def told(order):
    ending = [ENDING[order["status"]]] if order["status"] in ENDING else []
    return story("orders.order-submitted.v1", *ending)


OPENING = Opening(
    order_id="",
    invoice_id="",
    payment_id="",
    inbound_ids=frozenset(),
    orders={},
    invoices=[],
    stock={(HOUSE, SKU): shelf(on_hand=10)},
    accounts={DEALER: account()},
)


def picture(*orders, on_hand=10, reserved=0, invoices=(), **minor):
    return Picture(
        orders={one["order_id"]: one for one in orders},
        timelines={one["order_id"]: told(one) for one in orders},
        stock={(HOUSE, SKU): shelf(on_hand=on_hand, reserved=reserved)},
        accounts={DEALER: account(**minor)},
        invoices=list(invoices),
    )


def submitted(order_id, *, key=None, outcome=Outcome.OK, began=1.0):
    answered = {"order_id": order_id} if outcome is Outcome.OK else {}
    key = key or f"key-{order_id}"
    return Operation("s" + key, "ann", "submit", {"key": key}, began, outcome, began + 1, answered)


def read(order_id, version, status, *, began, client="bob"):
    seen = {"order_id": order_id, "version": version, "status": status}
    asked = {"order_id": order_id}
    return Operation(f"r{began}", client, "read", asked, began, Outcome.OK, began + 1, seen)


COMPLETED = picture(an_order("1"), on_hand=8, invoices=[invoice("1")], receivable_minor=500)


def found(operations, now, opening=OPENING):
    return [(one.checker, one.fault) for one in judge(operations, opening, now)]


def test_a_completed_order_that_everybody_saw_go_forward_is_fine():
    reads = [
        read("1", 1, "SUBMITTED", began=3),
        read("1", 2, "ON_HOLD", began=5),
        read("1", 2, "SUBMITTED", began=7),
        read("1", 4, "COMPLETED", began=9),
    ]

    assert found([submitted("1"), *reads], COMPLETED) == []


def test_a_request_of_unknown_outcome_may_be_there_once_or_not_at_all():
    unanswered = submitted("1", outcome=Outcome.UNKNOWN)

    assert found([unanswered], COMPLETED) == []
    assert found([unanswered], picture()) == []


def test_an_order_that_waits_for_people_holds_its_goods_and_its_credit():
    waiting = an_order("1", "PENDING_CONFIRMATION", queue="SAL")

    assert found([submitted("1")], picture(waiting, reserved=2, held_minor=500)) == []


def test_what_was_open_at_the_opening_is_counted_from_there():
    before = an_order("0", "PENDING_CONFIRMATION", queue="SAL")
    opening = replace(
        OPENING,
        orders={"0": before},
        stock={(HOUSE, SKU): shelf(on_hand=10, reserved=2)},
        accounts={DEALER: account(held_minor=500)},
    )
    now = picture(an_order("0", "CANCELLED"), an_order("1"), on_hand=8, invoices=[invoice("1")])
    now.accounts[DEALER]["receivable_minor"] = 500

    assert found([submitted("1")], now, opening) == []


def test_money_that_came_in_and_went_back_is_in_the_wallet():
    now = picture(an_order("1", "CANCELLED"), wallet_minor=500)
    now.payments.append({"dealer_id": DEALER, "state": "CONFIRMED", "amount_minor": 500})

    assert found([submitted("1")], now) == []


def test_goods_that_came_in_are_counted():
    now = picture(an_order("1", "CANCELLED"), on_hand=15)
    now.inbounds.append({"warehouse_id": HOUSE, "lines": [{"sku": SKU, "quantity": 5}]})

    assert found([submitted("1")], now) == []


def test_goods_that_a_picker_did_not_find_are_there_and_not_available():
    """P-03."""
    now = picture(an_order("1", "CANCELLED"))
    now.stock[HOUSE, SKU] = shelf(on_hand=10, in_doubt=3)

    assert found([submitted("1")], now) == []


PENDING = an_order("1", "PENDING_CONFIRMATION", queue="SAL")
LATE = "orders.order-confirmed.v1 after orders.order-completed.v1"


@pytest.mark.parametrize(
    ("checker", "fault", "operations", "now"),
    [
        ("lost", "accepted from ann, not there", [submitted("1")], picture()),
        (
            "lost",
            "accepted, then 404 for bob",
            [
                submitted("1"),
                Operation(
                    "r", "bob", "read", {"order_id": "1"}, 3, Outcome.FAIL, 4, {"status": 404}
                ),
            ],
            COMPLETED,
        ),
        (
            "duplicate",
            "made orders 1, 2",
            [submitted("1")],
            picture(an_order("1", "CANCELLED"), an_order("2", "CANCELLED", note="key-1")),
        ),
        (
            "duplicate",
            "made orders 1, 2",
            [submitted("1", outcome=Outcome.UNKNOWN)],
            picture(an_order("1", "CANCELLED"), an_order("2", "CANCELLED", note="key-1")),
        ),
        (
            "duplicate",
            "answered to 2 keys",
            [submitted("1"), submitted("1", key="other")],
            picture(an_order("1", "CANCELLED", note=None)),
        ),
        (
            "duplicate",
            "nobody asked for it",
            [submitted("1")],
            picture(an_order("1", "CANCELLED"), an_order("2", "CANCELLED")),
        ),
        (
            "duplicate",
            "refused, and stored",
            [submitted("1", outcome=Outcome.FAIL)],
            picture(an_order("1", "CANCELLED")),
        ),
        (
            "oversold",
            "9 on_hand, by the opening and the orders since it is 8",
            [submitted("1")],
            picture(an_order("1"), on_hand=9, invoices=[invoice("1")], receivable_minor=500),
        ),
        (
            "oversold",
            "4 reserved, by the opening and the orders since it is 2",
            [submitted("1")],
            picture(PENDING, reserved=4, held_minor=500),
        ),
        (
            "oversold",
            "-2 on hand, 0 reserved",
            [submitted("1")],
            picture(
                an_order("1", lines=[{"sku": SKU, "quantity": 12, "shipped": 12}]),
                on_hand=-2,
                invoices=[invoice("1")],
                receivable_minor=500,
            ),
        ),
        (
            "ledger",
            "held_minor is 500, by the opening and the orders since it is 0",
            [submitted("1")],
            picture(an_order("1", "CANCELLED"), held_minor=500),
        ),
        (
            "ledger",
            "wallet_minor is 0, by the opening and the orders since it is -500",
            [submitted("1")],
            picture(an_order("1", covered_minor=500), on_hand=8, invoices=[invoice("1")]),
        ),
        (
            "ledger",
            "total 500, invoiced 1000",
            [submitted("1")],
            picture(
                an_order("1"),
                on_hand=8,
                invoices=[invoice("1"), invoice("1")],
                receivable_minor=1_000,
            ),
        ),
        (
            "ledger",
            "500 held or owed, 400 allowed",
            [submitted("1")],
            picture(PENDING, reserved=2, held_minor=500, credit_limit_minor=400),
        ),
        (
            "order per key",
            "ann sees version 1 after bob saw 2",
            [
                submitted("1"),
                read("1", 2, "SUBMITTED", began=3),
                read("1", 1, "SUBMITTED", began=5, client="ann"),
            ],
            COMPLETED,
        ),
        (
            "order per key",
            "bob sees SUBMITTED after bob saw CONFIRMED",
            [
                submitted("1"),
                read("1", 2, "CONFIRMED", began=3),
                read("1", 2, "SUBMITTED", began=5),
            ],
            COMPLETED,
        ),
        (
            "order per key",
            "the end sees COMPLETED after bob saw CANCELLED",
            [submitted("1"), read("1", 4, "CANCELLED", began=3)],
            COMPLETED,
        ),
        (
            "order per key",
            f"tells {LATE}",
            [submitted("1")],
            replace(
                COMPLETED,
                timelines={
                    "1": story(
                        "orders.order-submitted.v1",
                        "orders.order-completed.v1",
                        "orders.order-confirmed.v1",
                    )
                },
            ),
        ),
        (
            "saga terminal",
            "SUBMITTED, in nobody's queue",
            [submitted("1")],
            picture(an_order("1", "SUBMITTED")),
        ),
        (
            "saga terminal",
            "CANCELLING: a participant is silent",
            [submitted("1")],
            picture(an_order("1", "CANCELLING", stuck=True)),
        ),
        (
            "saga terminal",
            "orders.order-completed.v1 was not told",
            [submitted("1")],
            replace(COMPLETED, timelines={"1": story("orders.order-submitted.v1")}),
        ),
        ("lost", "nobody submitted anything: this proves nothing", [], picture()),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_a_planted_violation_is_seen(checker, fault, operations, now):
    assert (checker, fault) in found(operations, now)


def test_views_that_overlap_may_come_in_any_order():
    reads = [read("1", 2, "CONFIRMED", began=3), read("1", 1, "SUBMITTED", began=3.5)]

    assert found([submitted("1"), *reads], COMPLETED) == []
