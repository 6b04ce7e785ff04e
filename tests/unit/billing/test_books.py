"""Laws of the books: whatever happens in whatever order, everything adds up."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.domain import allocations, credit, invoices, receipts
from services.billing.domain.allocations import Allocate, PayOrder
from services.billing.domain.books import Books, Code, Kind, OrderState, Posting
from services.billing.domain.receipts import Receipt, ReceiptState
from tests.builders.billing import (
    COLLEAGUE,
    DEALER,
    YUAN,
    a_dealer,
    a_hold,
    a_receipt,
    a_release,
    a_reversal,
    a_share,
    a_shipment,
    books,
)

ORDERS = st.integers(0, 3)
YUANS = st.integers(1, 900)
SHARES = st.lists(st.tuples(ORDERS, YUANS), max_size=3, unique_by=lambda share: share[0])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), ORDERS, st.integers(0, 100), st.booleans()),
        st.tuples(st.just("release"), ORDERS),
        st.tuples(st.just("invoice"), ORDERS, YUANS),
        st.tuples(st.just("receipt"), YUANS, SHARES),
        st.tuples(st.just("allocate"), st.integers(0, 5), ORDERS, YUANS),
        st.tuples(st.just("pay"), ORDERS, YUANS),
        st.tuples(st.just("reverse"), st.integers(0, 5)),
        st.tuples(st.just("limit"), st.integers(0, 2_000)),
    ),
    max_size=25,
)


class World:
    """Does what the commands do, with lists for tables."""

    def __init__(self):
        self.books = books(1_000)
        self.holds = [a_hold(total) for total in (1_000, 700, 300, 0)]
        self.receipts, self.standing, self.postings = [], [], []

    def do(self, step):
        action, *arguments = step
        self.books = Books(self.books.accounts, self.books.orders, tuple(self.standing))
        getattr(self, action)(*arguments)
        self.save()

    def save(self):
        books, before = self.books, len(self.standing)
        self.postings += books.postings
        self.standing += [
            replace(new, allocation_id=number)
            for number, new in enumerate(books.allocated, before + 1)
        ]
        self.standing = [
            replace(one, amount_minor=one.amount_minor - books.undone[one.allocation_id])
            for one in self.standing
        ]
        self.receipts = [
            replace(one, allocated_minor=one.allocated_minor + books.receipts[one.receipt_id])
            for one in self.receipts
        ]

    def hold(self, order, percent, approved):
        hold = self.holds[order]
        ask = hold.model_copy(
            update={
                "credit_minor": hold.total_minor * percent // 100,
                "approved_over_limit": approved,
            }
        )
        credit.hold(self.books, ask)

    def release(self, order):
        account = self.books.orders.get(self.holds[order].order_id)
        if account is None or account.invoiced_minor < account.total_minor:
            credit.release(self.books, a_release(self.holds[order]))

    def invoice(self, order, yuan):
        account = self.books.orders.get(self.holds[order].order_id)
        if account and account.invoiced_minor + yuan * YUAN <= account.total_minor:
            ask = a_shipment(self.holds[order], yuan)
            at = datetime(2026, 11, 24, tzinfo=UTC)
            invoices.issue(
                self.books, invoices.draw_up(ask, invoice_id=uuid4(), number="FP", at=at)
            )

    def receipt(self, yuan, shares):
        ask = a_receipt(yuan, *(a_share(self.holds[order], part) for order, part in shares))
        if receipts.check(self.books, ask) is None:
            receipts.record(self.books, ask, "SK")
            self.receipts.append(Receipt(ask.receipt_id, DEALER, ask.amount_minor, ask.by))

    def allocate(self, place, order, yuan):
        if place < len(self.receipts):
            receipt = self.receipts[place]
            shares = (a_share(self.holds[order], yuan),)
            allocations.allocate(
                self.books, receipt, Allocate(receipt.receipt_id, shares, COLLEAGUE)
            )

    def pay(self, order, yuan):
        allocations.pay_order(self.books, PayOrder(DEALER, self.holds[order].order_id, yuan * YUAN))

    def reverse(self, place):
        if place < len(self.receipts):
            receipt = self.receipts[place]
            if receipts.reverse(self.books, receipt, a_reversal(receipt.receipt_id)) is None:
                self.receipts[place] = replace(receipt, state=ReceiptState.REVERSED)

    def limit(self, yuan):
        credit.set_limit(self.books, a_dealer(yuan, dealer_id=DEALER))


def balances(postings):
    sums = Counter()
    for posting in postings:
        for code, amount in posting.amounts.items():
            sums[code] += amount
    return sums


@settings(deadline=None)
@given(STEPS)
def test_every_balance_is_the_sum_of_what_was_posted(steps):
    world = World()

    for step in steps:
        world.do(step)

        account, sums = world.books.accounts[DEALER], balances(world.postings)
        assert sum(sums.values()) == 0
        assert account.wallet_minor == -sums[Code.WALLET] >= 0
        assert account.receivable_minor == sums[Code.RECEIVABLE] >= 0
        assert account.advances_minor == -sums[Code.ADVANCES] >= 0


@settings(deadline=None)
@given(STEPS)
def test_an_account_is_the_sum_of_its_orders(steps):
    world = World()

    for step in steps:
        world.do(step)

        account, orders = world.books.accounts[DEALER], world.books.orders.values()
        assert account.held_minor == sum(order.held_minor for order in orders)
        assert account.receivable_minor == sum(order.receivable_minor for order in orders)
        assert account.advances_minor == sum(order.advance_minor for order in orders)
        assert account.exposure_minor <= account.credit_limit_minor + account.over_limit_minor


@settings(deadline=None)
@given(STEPS)
def test_allocations_cover_orders_and_never_exceed_their_receipt(steps):
    world = World()

    for step in steps:
        world.do(step)

        by_order, by_receipt = Counter(), Counter()
        for allocation in world.standing:
            by_order[allocation.order_id] += allocation.amount_minor
            by_receipt[allocation.receipt_id] += allocation.amount_minor
        for order in world.books.orders.values():
            assert order.covered_minor == by_order[order.order_id] <= order.due_minor
            assert order.state is OrderState.OPEN or not order.held_minor
        for receipt in world.receipts:
            assert receipt.allocated_minor == by_receipt[receipt.receipt_id]
            assert 0 <= receipt.allocated_minor <= receipt.amount_minor
            assert receipt.state is ReceiptState.CONFIRMED or not receipt.allocated_minor


@settings(deadline=None)
@given(st.integers(0, 2_000), st.lists(st.tuples(st.integers(0, 900), st.booleans()), max_size=9))
def test_a_batch_of_holds_comes_to_the_same_as_one_after_the_other(limit, orders):
    asks = [a_hold(total, approved=approved) for total, approved in orders]
    batch, single = books(limit), books(limit)

    together = [credit.hold(batch, ask) for ask in asks]
    alone = []
    for ask in asks:
        single = Books(dict(single.accounts), dict(single.orders))
        alone.append(credit.hold(single, ask))

    assert (together, batch.accounts, batch.orders) == (alone, single.accounts, single.orders)


def test_what_does_not_balance_cannot_be_posted():
    with pytest.raises(ValueError, match="does not balance"):
        Posting(Kind.RECEIPT, DEALER, uuid4(), {Code.CASH: 1, Code.WALLET: -2})
