"""S-4: other lines for an order that was placed, and what it does to its holds and amounts."""

import pytest

from chassis.errors import InvalidRequest
from chassis.ids import uuid7
from contracts.billing import (
    AdjustCredit,
    CreditAdjusted,
    CreditAdjustmentRefused,
    OrderFundsChanged,
)
from contracts.catalog import PriceOrder, PricingRefused
from contracts.inventory import (
    AmendmentRefused,
    AmendReservation,
    CancelFulfilment,
    FulfilmentCancelDeclined,
    FulfilmentCancelled,
    LineCount,
    ReservationAmended,
    ReservationFirmed,
    ShipmentStatus,
    StockReserved,
)
from contracts.orders import OrderAmended
from services.orders import saga
from services.orders.domain import actions, amending
from services.orders.domain.amending import AmendmentAsk, WantedLine
from services.orders.domain.order import Status, changed
from services.orders.domain.work import amendment_state
from tests.builders.orders import (
    NOON,
    ON_CREDIT,
    PREPAID,
    advanced,
    answers,
    as_asked,
    confirmed,
    confirming_itself,
    credit_released,
    deposit,
    invoiced,
    submitted,
    waiting_for_confirmation,
)

MORE, LESS, GONE = ("SKU-1", 12, 1), ("SKU-1", 7, 1), ("SKU-1", 0, 1)
NEW = ("SKU-2", 3, None)


def ask(order, *lines, by_dealer=False):
    """The decision alone; lines are (SKU, quantity, number)."""
    wanted = [WantedLine(line_no, sku, quantity) for sku, quantity, line_no in lines]
    return actions.amend(order, wanted, AmendmentAsk("改数量", uuid7(), by_dealer, 500), NOON)


def amend(order, *lines, by_dealer=False):
    """The order with what was asked for, and what is said."""
    return saga.go_on(order, ask(order, *lines, by_dealer=by_dealer), NOON)


def amended(order, *lines):
    """Everybody agreed."""
    return answers(*_flat(amend(order, *lines)))


def priced(order, *lines, by_dealer=False, unit_price_minor=10_000):
    """Asked for, and priced."""
    order, (price,) = amend(order, *lines, by_dealer=by_dealer)
    return saga.take(order, as_asked(price, unit_price_minor), NOON)


def _flat(moved):
    return moved[0], *moved[1]


def take(order, reply):
    after, messages = saga.take(order, reply, NOON)
    return after, names(messages)


def names(messages):
    return [type(message).__name__ for message in messages]


def adjusted(order, revision):
    return CreditAdjusted(order_id=order.order_id, revision=revision)


def on_the_shelf(order, amendment=1, **backordered):
    counts = tuple(
        LineCount(line_no=int(line_no[1:]), quantity=few) for line_no, few in backordered.items()
    )
    return ReservationAmended(order_id=order.order_id, amendment=amendment, backordered=counts)


def test_more_is_priced_then_held_then_reserved_and_only_then_the_order_s():
    """F-54, P-23, S-4."""
    before = waiting_for_confirmation()

    order, (price,) = amend(before, MORE, NEW)
    assert [(line.line_no, line.quantity) for line in price.lines] == [(1, 12), (2, 3)]
    order, (hold,) = saga.take(order, as_asked(price), NOON)
    assert (hold.revision, hold.total_minor, hold.credit_minor) == (1, 150_000, 150_000)
    order, (stock,) = saga.take(order, adjusted(order, 1), NOON)
    assert [(line.line_no, line.quantity) for line in stock.lines] == [(1, 12), (2, 3)]
    assert (order.lines, order.total) == (before.lines, 100_000)
    order, (event,) = saga.take(order, on_the_shelf(order), NOON)

    assert (event.previous_total_minor, event.total_minor) == (100_000, 150_000)
    assert [(line.line_no, line.quantity) for line in event.lines] == [(1, 12), (2, 3)]
    assert (order.total, order.status) == (150_000, Status.PENDING_CONFIRMATION)
    assert saga.queue(order) == "SAL"


def test_less_is_reserved_first_and_billing_follows():
    """S-4: down is applied, then released."""
    order, messages = priced(confirmed(), LESS)
    assert names(messages) == ["AmendReservation"]

    order, messages = saga.take(order, on_the_shelf(order), NOON)

    assert names(messages) == ["OrderAmended", "AdjustCredit"]
    assert (order.total, messages[1].total_minor) == (70_000, 70_000)
    order, said = take(order, adjusted(order, 1))
    assert said == ["FirmReservation"]


def test_up_and_back_down_leaves_lines_amounts_and_holds_as_they_were():
    """E-12, F-54."""
    before = waiting_for_confirmation()

    order = amended(amended(before, MORE), ("SKU-1", 10, 1))

    assert order.lines == before.lines
    assert (order.total, order.credit_minor, order.account_total_minor) == (100_000,) * 3
    assert (order.covered_minor, order.returned_minor) == (0, 0)
    assert (order.status, order.progress.at) == (before.status, before.progress.at)


def test_lines_that_are_not_named_keep_the_price_of_their_time():
    """E-05."""
    order, _ = priced(waiting_for_confirmation(), NEW, unit_price_minor=99)

    order = saga.take(order, adjusted(order, 1), NOON)[0]
    order = saga.take(order, on_the_shelf(order), NOON)[0]

    assert [line.gross_minor for line in order.lines] == [100_000, 297]
    assert order.total == 100_297


def test_a_line_that_is_taken_away_stays_to_be_seen_and_costs_nothing():
    order = amended(waiting_for_confirmation(), NEW)

    order = amended(order, GONE)

    assert [(line.quantity, line.gross_minor) for line in order.lines] == [(0, 0), (3, 30_000)]
    assert order.total == 30_000
    assert amended(order, MORE).total == 150_000


@pytest.mark.parametrize(
    ("take_no", "reason"),
    [
        (
            lambda order, price: PricingRefused(
                order_id=order.order_id, reason="no-price", skus=("SKU-1",), amendment=1
            ),
            "no-price",
        ),
        (
            lambda order, price: CreditAdjustmentRefused(
                order_id=order.order_id, revision=1, reason="over-limit"
            ),
            "over-limit",
        ),
        (
            lambda order, price: AmendmentRefused(
                order_id=order.order_id, amendment=1, reason="being-picked", skus=("SKU-1",)
            ),
            "being-picked",
        ),
    ],
    ids=["catalog", "billing", "inventory"],
)
def test_whoever_refuses_leaves_the_order_as_it_was_with_no_hold(take_no, reason):
    """S-4: any refusal leaves the order version unchanged."""
    before = confirmed()
    order, (price,) = amend(before, MORE)
    if reason != "no-price":
        order, _ = saga.take(order, as_asked(price), NOON)
    if reason == "being-picked":
        order, _ = saga.take(order, adjusted(order, 1), NOON)

    order, messages = saga.take(order, take_no(order, price), NOON)

    assert (messages[0].type, messages[0].reason) == ("orders.order-amendment-refused.v1", reason)
    assert (order.lines, order.total, order.holds) == (before.lines, before.total, ())
    order = answers(order, *messages)
    assert (order.progress.at, order.adjusted) == ("firm_up", order.adjustment)
    assert amendment_state(order, order.amendment) == "REFUSED"


def test_what_was_held_for_a_refused_amendment_is_given_back_by_the_same_row():
    order, _ = priced(confirmed(), MORE)
    order, _ = saga.take(order, adjusted(order, 1), NOON)

    refused = AmendmentRefused(order_id=order.order_id, amendment=1, reason="short")
    order, messages = saga.take(order, refused, NOON)

    (back,) = [message for message in messages if isinstance(message, AdjustCredit)]
    assert (back.revision, back.total_minor) == (2, 100_000)


def test_what_was_approved_over_the_limit_is_not_approved_for_more():
    """P-01."""
    order = changed(confirmed(), over_limit_approved=True)

    _, (more,) = priced(order, MORE)
    _, (_, less) = saga.take(priced(order, LESS)[0], on_the_shelf(order), NOON)

    assert (more.approved_over_limit, less.approved_over_limit) == (False, True)


def test_a_pending_amendment_blocks_confirmation_another_one_and_the_release():
    order, _ = amend(waiting_for_confirmation(PREPAID), MORE)

    assert order.status is Status.PENDING_CONFIRMATION
    assert isinstance(actions.confirm(order, uuid7(), NOON), amending.AmendmentPending)
    assert isinstance(ask(order, LESS), amending.AmendmentPending)
    assert {"confirm", "amend"}.isdisjoint(actions.allowed(order))
    order = confirmed(PREPAID)
    order, _ = take(order, ReservationFirmed(order_id=order.order_id))
    order, _ = amend(order, MORE)
    order, said = take(order, funds(order, 1, 100_000))
    assert "ReleaseToWarehouse" not in said


def test_what_is_due_first_grows_with_the_order():
    order = confirmed(deposit(30))
    order, _ = take(order, ReservationFirmed(order_id=order.order_id))
    order = amended(order, ("SKU-1", 20, 1))

    order, said = take(order, funds(order, 1, 59_999))
    assert (said, saga.queue(order)) == ([], "FIN")
    order, said = take(order, funds(order, 2, 60_000))
    assert said == ["OrderPaymentGateOpened", "ReleaseToWarehouse"]


def test_a_cancel_wins_over_a_pending_amendment_and_undoes_everything():
    """S-3."""
    order, _ = priced(confirmed(), MORE)

    order, messages = saga.go_on(order, actions.cancel(order, "不要了"), NOON)
    assert [type(message) for message in messages][1:] == [CancelFulfilment]
    order, said = take(order, adjusted(order, 1))
    assert said == []
    order, said = take(order, FulfilmentCancelled(order_id=order.order_id))
    assert said == ["ReleaseCredit"]
    order, said = take(order, credit_released(order))

    assert (said, order.status) == (["OrderCancelled"], Status.CANCELLED)
    assert amendment_state(order, order.amendment) == "WITHDRAWN"


def test_an_amendment_goes_on_when_the_cancel_was_declined():
    order, _ = priced(confirmed(), MORE)
    order, _ = saga.take(order, adjusted(order, 1), NOON)
    order, _ = saga.go_on(order, actions.cancel(order, "不要了"), NOON)

    declined = FulfilmentCancelDeclined(order_id=order.order_id)
    order, messages = saga.take(order, declined, NOON)

    assert isinstance(messages[-1], AmendReservation)


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        ([("SKU-1", 10, 1)], amending.NothingAmended),
        ([GONE], amending.NothingLeft),
        ([("SKU-1", 5, 2)], InvalidRequest),
        ([("SKU-9", 5, 1)], InvalidRequest),
        ([("SKU-2", 0, None)], InvalidRequest),
        ([MORE, LESS], InvalidRequest),
        ([("SKU-2", 1, None)] * 500, InvalidRequest),
    ],
    ids=["the same", "all", "no such line", "another SKU", "new of nothing", "twice", "too many"],
)
def test_what_makes_no_sense_is_refused_at_once(lines, refusal):
    assert isinstance(ask(waiting_for_confirmation(), *lines), refusal)


def test_only_an_order_that_passed_its_checks_and_has_not_ended_is_amended():
    order, shipment = confirmed(), uuid7()
    full = {"picked": 10, "shipped": 10, "shipment_id": shipment}
    order, _ = take(order, advanced(order, revision=1, status=ShipmentStatus.RECEIVED, **full))
    order, _ = take(order, invoiced(order, shipment))

    assert order.status is Status.COMPLETED
    for wrong in (order, submitted()):
        assert isinstance(ask(wrong, MORE), actions.WrongState)


def test_a_line_of_which_goods_have_left_keeps_its_quantity_and_another_may_come():
    """E-05: what is invoiced is a share of the line, and stays one."""
    order, shipment = confirmed(), uuid7()
    order, _ = take(order, advanced(order, revision=1, picked=4, shipped=4, shipment_id=shipment))

    assert isinstance(ask(order, LESS), amending.LineShipped)
    order = amended(order, NEW)

    assert [line.quantity for line in order.lines] == [10, 3]
    assert (order.lines[0].shipped, order.total) == (4, 130_000)


def test_goods_that_leave_while_an_amendment_is_checked_are_invoiced_at_the_new_amounts():
    order, shipment = confirmed(), uuid7()
    order, _ = priced(order, LESS, unit_price_minor=11_000)
    left = advanced(order, revision=1, picked=4, shipped=4, shipment_id=shipment)
    order, said = take(order, left)
    assert "IssueInvoice" not in said

    order = saga.take(order, on_the_shelf(order), NOON)[0]
    _, messages = saga.take(order, adjusted(order, 1), NOON)

    (invoice,) = messages
    assert [line.gross_minor for line in invoice.lines] == [44_000]


def test_a_dealer_alone_raises_no_total_beyond_what_was_promised():
    """The salesperson, or the rule in the terms, confirmed another total."""
    order, messages = priced(confirmed(), MORE, by_dealer=True)
    assert (names(messages)[0], messages[0].reason) == (
        "OrderAmendmentRefused",
        "needs-salesperson",
    )

    for order in (confirmed(confirming_itself(ON_CREDIT)), waiting_for_confirmation()):
        assert names(priced(order, MORE, by_dealer=True)[1]) == ["AdjustCredit"]
    assert names(priced(confirmed(), LESS, by_dealer=True)[1]) == ["AmendReservation"]


def test_nobody_raises_a_total_that_is_to_be_paid_first_when_the_warehouse_has_started():
    order = confirmed(PREPAID)
    order, _ = take(order, funds(order, 1, 100_000))
    order, _ = take(order, advanced(order, revision=1))

    order, messages = priced(order, MORE)

    assert messages[0].reason == "payment-due"
    assert order.total == 100_000


def test_an_order_that_is_within_the_rule_now_confirms_itself():
    terms = ON_CREDIT.model_copy(update={"auto_confirm_max_minor": 80_000})
    order, _ = priced(waiting_for_confirmation(terms), LESS)

    order, said = take(order, on_the_shelf(order))
    assert said == ["OrderAmended", "AdjustCredit"]
    order, said = take(order, adjusted(order, 1))

    assert said == ["OrderConfirmed", "FirmReservation"]


def test_what_of_an_amendment_is_not_there_is_owed():
    """P-03."""
    order, _ = priced(confirmed(), MORE)
    order, _ = saga.take(order, adjusted(order, 1), NOON)

    order, messages = saga.take(order, on_the_shelf(order, _1=2), NOON)

    assert names(messages)[:2] == ["OrderAmended", "OrderLinesBackordered"]
    assert order.backordered == 2


@pytest.mark.parametrize(
    ("order", "kind"),
    [(waiting_for_confirmation(), StockReserved), (confirmed(PREPAID), ReservationFirmed)],
)
def test_goods_that_come_before_the_release_are_not_owed_any_more(order, kind):
    """P-03, F-67: inventory tells again what it holds."""
    owing = LineCount(line_no=1, quantity=2)

    order, _ = saga.take(order, kind(order_id=order.order_id, backordered=(owing,)), NOON)
    before = order.backordered
    order, _ = saga.take(order, kind(order_id=order.order_id), NOON)

    assert (before, order.backordered) == (2, 0)


def test_answers_that_come_again_or_about_another_amendment_change_nothing():
    order, (price,) = amend(confirmed(), MORE)
    past = [as_asked(price)]
    order, _ = saga.take(order, past[0], NOON)
    for reply in (adjusted(order, 1), on_the_shelf(order)):
        past.append(reply)
        order, _ = saga.take(order, reply, NOON)

    foreign = [on_the_shelf(order, 2), adjusted(order, 9)]
    late = AmendmentRefused(order_id=order.order_id, amendment=1, reason="short")
    for again in (*past, *foreign, late):
        assert saga.take(order, again, NOON) == (order, [])


def test_less_that_billing_refuses_stands_on_the_desk_with_its_reason():
    order, _ = priced(confirmed(), LESS)
    order, _ = saga.take(order, on_the_shelf(order), NOON)
    refused = CreditAdjustmentRefused(order_id=order.order_id, revision=1, reason="below-invoiced")

    order, (stuck,) = saga.take(order, refused, NOON)

    assert (stuck.step, stuck.reason) == ("adjust_credit", "below-invoiced")
    order, said = take(order, adjusted(order, 1))
    assert (said, order.reason) == (["FirmReservation"], None)


def test_the_event_names_who_amended_what():
    order, messages = amend(confirmed(), LESS)
    (price,) = messages
    assert isinstance(price, PriceOrder)
    order, _ = saga.take(order, as_asked(price), NOON)
    order, (event, _) = saga.take(order, on_the_shelf(order), NOON)

    assert isinstance(event, OrderAmended)
    assert (event.amended_by, event.amendment) == (order.amendment.asked_by, 1)
    assert [(line.line_no, line.quantity, line.gross_minor) for line in event.lines] == [
        (1, 7, 70_000)
    ]


def funds(order, revision, covered_minor):
    return OrderFundsChanged(
        order_id=order.order_id, revision=revision, covered_minor=covered_minor
    )
