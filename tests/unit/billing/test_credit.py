from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.billing import (
    AccountOpened,
    CreditHeld,
    CreditLimitChanged,
    CreditRefused,
    CreditReleased,
    FundsReturned,
    OrderFundsChanged,
)
from services.billing.domain import credit, receipts
from services.billing.domain.books import Account, Books
from tests.builders.billing import (
    DEALER,
    YUAN,
    a_dealer,
    a_hold,
    a_receipt,
    a_release,
    a_share,
    books,
)

TOTALS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 100), st.booleans()), max_size=12)


def test_a_hold_that_fits_is_held():
    mine, ask = books(1_000), a_hold(1_000)

    reply = credit.hold(mine, ask)

    assert reply == CreditHeld(order_id=ask.order_id)
    assert mine.accounts[DEALER].held_minor == 1_000 * YUAN


def test_a_hold_over_the_limit_is_refused_and_says_what_would_fit():
    mine, ask = books(1_000), a_hold(1_001)

    reply = credit.hold(mine, ask)

    assert reply == CreditRefused(
        order_id=ask.order_id, reason="over-limit", available_minor=1_000 * YUAN
    )
    assert not mine.orders


def test_what_finance_approved_is_held_over_the_limit():
    mine, ask = books(1_000), a_hold(1_500, approved=True)

    reply = credit.hold(mine, ask)

    assert reply == CreditHeld(order_id=ask.order_id)
    assert mine.accounts[DEALER].over_limit_minor == 500 * YUAN


def test_an_approved_order_does_not_open_the_limit_to_the_next():
    mine = books(1_000)
    credit.hold(mine, a_hold(1_500, approved=True))

    reply = credit.hold(mine, a_hold(1))

    assert isinstance(reply, CreditRefused)


def test_a_prepaid_order_needs_no_room():
    mine, ask = books(0), a_hold(1_000, credit_yuan=0)

    reply = credit.hold(mine, ask)

    assert reply == CreditHeld(order_id=ask.order_id)
    assert mine.accounts[DEALER].exposure_minor == 0


def test_a_dealer_without_an_account_is_refused():
    ask = a_hold()

    assert credit.hold(Books(), ask) == CreditRefused(order_id=ask.order_id, reason="no-account")


def test_asking_again_holds_nothing_more():
    mine, ask = books(1_000), a_hold(600)

    replies = [credit.hold(mine, ask) for _ in range(3)]

    assert replies == [CreditHeld(order_id=ask.order_id)] * 3
    assert mine.accounts[DEALER].held_minor == 600 * YUAN


def test_a_release_that_came_first_wins():
    mine, ask = books(1_000), a_hold()

    released = credit.release(mine, a_release(ask))
    reply = credit.hold(mine, ask)

    assert released == CreditReleased(order_id=ask.order_id, returned_minor=0)
    assert reply == CreditRefused(order_id=ask.order_id, reason="released")
    assert mine.accounts[DEALER].held_minor == 0


def test_releasing_returns_what_was_paid_once_and_answers_the_same_again():
    mine, ask = books(1_000), a_hold()
    credit.hold(mine, ask)
    receipts.record(mine, a_receipt(300, a_share(ask, 300)), "SK-2611-000001")
    mine.messages.clear()

    replies = [credit.release(mine, a_release(ask)) for _ in range(2)]

    assert replies == [CreditReleased(order_id=ask.order_id, returned_minor=300 * YUAN)] * 2
    assert mine.accounts[DEALER].wallet_minor == 300 * YUAN
    assert mine.accounts[DEALER].exposure_minor == 0
    assert mine.messages == [
        OrderFundsChanged(order_id=ask.order_id, revision=2, covered_minor=0),
        FundsReturned(
            dealer_id=DEALER, order_id=ask.order_id, number=ask.number, amount_minor=300 * YUAN
        ),
    ]


def test_paying_early_frees_credit():
    mine, ask = books(1_000), a_hold(1_000)
    credit.hold(mine, ask)

    receipts.record(mine, a_receipt(400, a_share(ask, 400)), "SK-2611-000001")

    assert mine.accounts[DEALER].available_minor == 400 * YUAN


def test_a_deposit_leaves_the_rest_on_credit():
    mine, ask = books(1_000), a_hold(1_000, credit_yuan=700)
    credit.hold(mine, ask)

    receipts.record(mine, a_receipt(300, a_share(ask, 300)), "SK-2611-000001")

    assert mine.accounts[DEALER].held_minor == 700 * YUAN


def test_a_new_dealer_opens_an_account():
    dealer = a_dealer(500)
    mine = Books({dealer.dealer_id: Account(dealer.dealer_id, 0, version=0)})

    event = credit.set_limit(mine, dealer)

    assert event == AccountOpened(dealer_id=dealer.dealer_id, credit_limit_minor=500 * YUAN)
    assert mine.accounts[dealer.dealer_id].available_minor == 500 * YUAN


def test_a_limit_below_the_exposure_stops_new_holds_only():
    mine = books(1_000)
    credit.hold(mine, a_hold(800))

    event = credit.set_limit(mine, a_dealer(500, dealer_id=DEALER))

    account = mine.accounts[DEALER]
    assert event == CreditLimitChanged(dealer_id=DEALER, credit_limit_minor=500 * YUAN)
    assert (account.held_minor, account.over_limit_minor) == (800 * YUAN, 300 * YUAN)
    assert isinstance(credit.hold(mine, a_hold(1)), CreditRefused)


def test_a_dealer_whose_limit_stays_is_no_news():
    mine = books(1_000)

    assert credit.set_limit(mine, a_dealer(1_000, dealer_id=DEALER)) is None
    assert not mine.changed_accounts


@settings(deadline=None)
@given(st.integers(0, 1_000), TOTALS)
def test_no_batch_holds_more_than_the_limit_and_what_was_approved(limit, orders):
    mine = books(limit)

    for total, percent, approved in orders:
        credit.hold(mine, a_hold(total, credit_yuan=total * percent // 100, approved=approved))

    account = mine.accounts[DEALER]
    assert account.held_minor == sum(order.held_minor for order in mine.orders.values())
    assert account.exposure_minor <= account.credit_limit_minor + account.over_limit_minor
    if not any(approved for _, _, approved in orders):
        assert account.over_limit_minor == 0
