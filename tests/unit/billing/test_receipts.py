from itertools import permutations
from uuid import uuid4

from chassis.errors import InvalidRequest
from contracts.billing import OrderFundsChanged, ReceiptAllocated, ReceiptConfirmed
from services.billing.domain import allocations, credit, receipts
from services.billing.domain.allocations import Allocate, PayOrder, ReceiptSpent, WalletShort
from services.billing.domain.books import Allocation, PaymentStatus
from services.billing.domain.covering import NothingDue, OrderReleased
from services.billing.domain.receipts import (
    Receipt,
    ReceiptVoid,
    ReferenceUsed,
    SalespersonMayNotCollect,
    SecondPersonNeeded,
    WalletSpent,
)
from tests.builders.billing import (
    COLLEAGUE,
    DEALER,
    FINANCE,
    YUAN,
    a_hold,
    a_receipt,
    a_release,
    a_reversal,
    a_share,
    books,
)


def with_orders(*totals_yuan):
    """Books with prepaid orders."""
    mine, asks = books(0), [a_hold(total, credit_yuan=0) for total in totals_yuan]
    for ask in asks:
        credit.hold(mine, ask)
    return mine, *asks


def recorded(mine, ask):
    """Record a receipt; the receipt as it would be loaded afterwards."""
    receipts.record(mine, ask, "SK-2611-000001")
    mine.allocations = [
        Allocation(a.order_id, a.dealer_id, a.receipt_id, a.amount_minor, number)
        for number, a in enumerate(mine.allocated, 1)
    ]
    allocated = mine.receipts[ask.receipt_id]
    return Receipt(
        ask.receipt_id, ask.dealer_id, ask.amount_minor, ask.by, allocated_minor=allocated
    )


def wallet(mine):
    return mine.accounts[DEALER].wallet_minor // YUAN


def test_an_order_is_paid_in_parts_and_the_surplus_goes_to_the_wallet():
    mine, order = with_orders(1_000)
    seen = []

    for yuan in (300, 700, 50):
        receipts.record(mine, a_receipt(yuan, a_share(order, yuan)), "SK-2611-000001")
        account = mine.orders[order.order_id]
        seen.append((account.payment_status, account.covered_minor // YUAN, wallet(mine)))

    assert seen == [
        (PaymentStatus.PARTIALLY_PAID, 300, 0),
        (PaymentStatus.PAID, 1_000, 0),
        (PaymentStatus.PAID, 1_000, 50),
    ]


def test_three_receipts_in_any_order_over_two_orders_end_in_the_same_balances():
    ends = set()
    for sequence in permutations([(300, 500), (700, 0), (200, 450)]):
        mine, one, other = with_orders(1_000, 900)

        for first, second in sequence:
            ask = a_receipt(first + second, a_share(one, first), a_share(other, second))
            receipts.record(mine, ask, "SK-2611-000001")

        covers = [mine.orders[order.order_id].covered_minor for order in (one, other)]
        ends.add((*covers, wallet(mine)))

    assert ends == {(1_000 * YUAN, 900 * YUAN, 250)}


def test_a_receipt_tells_the_saga_and_everybody():
    mine, order = with_orders(1_000)
    ask = a_receipt(300, a_share(order, 300))

    receipts.record(mine, ask, "SK-2611-000001")

    assert mine.messages == [
        ReceiptConfirmed(
            dealer_id=DEALER,
            receipt_id=ask.receipt_id,
            number="SK-2611-000001",
            method="BANK_TRANSFER",
            amount_minor=300 * YUAN,
        ),
        ReceiptAllocated(
            dealer_id=DEALER,
            receipt_id=ask.receipt_id,
            order_id=order.order_id,
            number=order.number,
            amount_minor=300 * YUAN,
            covered_minor=300 * YUAN,
            total_minor=1_000 * YUAN,
        ),
        OrderFundsChanged(order_id=order.order_id, revision=1, covered_minor=300 * YUAN),
    ]


def test_late_money_for_a_cancelled_order_stays_in_the_wallet():
    mine, order = with_orders(1_000)
    credit.release(mine, a_release(order))

    receipts.record(mine, a_receipt(1_000, a_share(order, 1_000)), "SK-2611-000001")

    assert wallet(mine) == 1_000
    assert mine.orders[order.order_id].payment_status is PaymentStatus.RELEASED


def test_a_receipt_says_what_no_order_needed():
    mine, order = with_orders(1_000)

    receipts.record(mine, a_receipt(1_500, a_share(order, 1_200)), "SK-2611-000001")

    assert mine.messages[0].unallocated_minor == 500 * YUAN


def test_money_is_not_booked_for_unknown_dealers_or_foreign_orders():
    mine, order = with_orders(1_000)
    stranger = a_hold()

    refusals = [
        receipts.check(mine, a_receipt(1, dealer_id=uuid4())),
        receipts.check(mine, a_receipt(9, a_share(order, 1), a_share(stranger, 1))),
        receipts.check(mine, a_receipt(1, a_share(order, 2))),
    ]

    assert all(isinstance(refusal, InvalidRequest) for refusal in refusals)
    assert [refusal.facts["faults"][0]["pointer"] for refusal in refusals] == [
        "/dealer_id",
        "/allocations/1/order_id",
        "/allocations",
    ]


def test_a_salesperson_does_not_handle_the_money_of_his_dealers():
    mine = books(salesperson_id=FINANCE)

    assert isinstance(receipts.check(mine, a_receipt(1)), SalespersonMayNotCollect)


def test_a_reference_is_used_once_also_inside_a_batch():
    asks = [a_receipt(1, reference=reference) for reference in ("A", "B", "B", None, None)]
    used = {(asks[0].method, "A"): (uuid4(), "SK-2611-000007")}

    outcomes = receipts.refuse_used_references(asks, [None] * len(asks), used)

    assert [type(outcome) for outcome in outcomes] == [
        ReferenceUsed,
        type(None),
        ReferenceUsed,
        type(None),
        type(None),
    ]
    assert outcomes[0].facts["number"] == "SK-2611-000007"


def test_what_is_left_of_a_receipt_pays_for_an_order_later():
    mine, order = with_orders(1_000)
    receipt = recorded(mine, a_receipt(1_500))

    refusal = allocations.allocate(
        mine, receipt, Allocate(receipt.receipt_id, (a_share(order, 1_500),), COLLEAGUE)
    )

    assert refusal is None
    assert (mine.orders[order.order_id].covered_minor, wallet(mine)) == (1_000 * YUAN, 500)


def test_allocating_is_refused_where_it_cannot_be_done():
    mine, open_order, paid, cancelled = with_orders(1_000, 10, 10)
    receipt = recorded(mine, a_receipt(100, a_share(paid, 10)))
    credit.release(mine, a_release(cancelled))

    def refusal(order, yuan, by=COLLEAGUE, receipt=receipt):
        ask = Allocate(receipt.receipt_id, (a_share(order, yuan),), by)
        return type(allocations.allocate(mine, receipt, ask))

    assert refusal(cancelled, 1) is OrderReleased
    assert refusal(paid, 1) is NothingDue
    assert refusal(open_order, 91) is ReceiptSpent
    assert refusal(a_hold(), 1) is InvalidRequest


def test_a_refusal_names_the_state_of_the_order():
    mine, order = with_orders(10)
    credit.release(mine, a_release(order))

    refusal = allocations.pay_order(mine, PayOrder(DEALER, order.order_id))

    assert refusal.facts["state"] == "RELEASED"


def test_the_wallet_pays_what_is_due_once():
    mine, order = with_orders(1_000)
    recorded(mine, a_receipt(1_500))

    outcomes = [allocations.pay_order(mine, PayOrder(DEALER, order.order_id)) for _ in range(2)]

    assert [type(outcome) for outcome in outcomes] == [type(None), NothingDue]
    assert wallet(mine) == 500


def test_the_wallet_is_never_overdrawn():
    mine, order = with_orders(1_000)
    recorded(mine, a_receipt(999))

    refusal = allocations.pay_order(mine, PayOrder(DEALER, order.order_id))

    assert isinstance(refusal, WalletShort)
    assert wallet(mine) == 999


def test_a_reversed_receipt_restores_what_is_due_to_the_cent():
    mine, one, other = with_orders(1_000, 500)
    receipts.record(mine, a_receipt(100, a_share(one, 100)), "SK-2611-000001")
    receipt = recorded(mine, a_receipt(800, a_share(one, 500), a_share(other, 200)))

    refusal = receipts.reverse(mine, receipt, a_reversal(receipt.receipt_id))

    assert refusal is None
    assert mine.orders[one.order_id].covered_minor == 100 * YUAN
    assert mine.orders[other.order_id].covered_minor == 0
    assert wallet(mine) == 0
    assert sum(mine.receipts.values()) == 100 * YUAN


def test_a_receipt_whose_wallet_part_is_spent_is_not_reversed():
    mine, order = with_orders(1_000)
    receipt = recorded(mine, a_receipt(600))
    allocations.pay_order(mine, PayOrder(DEALER, order.order_id, 500 * YUAN))

    refusal = receipts.reverse(mine, receipt, a_reversal(receipt.receipt_id))

    assert isinstance(refusal, WalletSpent)
    assert refusal.facts == {"needed_minor": 600 * YUAN, "wallet_minor": 100 * YUAN}


def test_a_large_receipt_is_reversed_by_a_second_person():
    mine = books()
    receipt = recorded(mine, a_receipt(100_000))

    own = receipts.reverse(mine, receipt, a_reversal(receipt.receipt_id, by=FINANCE))
    other = receipts.reverse(mine, receipt, a_reversal(receipt.receipt_id, by=COLLEAGUE))

    assert isinstance(own, SecondPersonNeeded)
    assert other is None


def test_a_void_receipt_pays_for_nothing():
    mine, order = with_orders(10)
    void = Receipt(uuid4(), DEALER, 10, FINANCE, receipts.ReceiptState.REVERSED)

    refusals = [
        allocations.allocate(
            mine, void, Allocate(void.receipt_id, (a_share(order, 1),), COLLEAGUE)
        ),
        receipts.reverse(mine, void, a_reversal(void.receipt_id)),
    ]

    assert all(isinstance(refusal, ReceiptVoid) for refusal in refusals)
