"""The life of an order: what each answer leads to."""

from dataclasses import replace

import pytest

from chassis.ids import uuid7
from chassis.saga import ATTEMPTS_MAX, PATIENCE
from contracts.billing import (
    CreditRefused,
    HoldCredit,
    InvoiceRefused,
    IssueInvoice,
    OrderFundsChanged,
    ReleaseCredit,
)
from contracts.catalog import PriceOrder, PricingRefused
from contracts.inventory import (
    CancelFulfilment,
    FirmReservation,
    FulfilmentCancelDeclined,
    FulfilmentCancelled,
    PutBackAwaited,
    ReleaseToWarehouse,
    ReservationExpired,
    ReservationFirmed,
    ReserveStock,
    ShipmentStatus,
    StockRefused,
)
from contracts.orders import Hold, OrderSubmitted, TimeOutOrder
from services.orders import saga
from services.orders.domain import actions
from services.orders.domain.holds import by_rule
from services.orders.domain.lines import Amendment
from services.orders.domain.order import Ending, Order, Status
from tests.builders.orders import (
    NOON,
    ON_CREDIT,
    PREPAID,
    advanced,
    an_order,
    by_hand,
    confirmed,
    confirming_itself,
    credit_released,
    deposit,
    held,
    invoiced,
    priced,
    reserved,
    submitted,
    waiting_for_confirmation,
)


def take(order, reply):
    """The order afterwards, and the names of what is said."""
    after, messages = saga.take(order, reply, NOON)
    return after, [type(message).__name__ for message in messages]


def test_a_submitted_order_is_announced_and_priced_first():
    order, messages = saga.start(an_order(), NOON)

    assert [type(message) for message in messages] == [OrderSubmitted, PriceOrder]
    assert order.status is Status.SUBMITTED
    assert order.version == 1


def test_the_checks_go_price_credit_stock_and_end_with_the_salesperson():
    order = submitted()

    order, said = take(order, priced(order))
    assert said == ["HoldCredit"]
    order, said = take(order, held(order))
    assert said == ["ReserveStock"]
    order, said = take(order, reserved(order))
    assert said == ["OrderChecksPassed"]
    assert (order.status, saga.queue(order)) == (Status.PENDING_CONFIRMATION, "SAL")


def test_an_order_within_the_rule_confirms_itself():
    order = submitted(confirming_itself(ON_CREDIT))
    for reply in (priced(order), held(order)):
        order, _ = take(order, reply)

    order, said = take(order, reserved(order))

    assert said == ["OrderConfirmed", "FirmReservation"]
    assert order.status is Status.CONFIRMED
    assert order.confirmed_by is None


def test_a_credit_order_is_released_together_with_its_firm_reservation():
    order = waiting_for_confirmation(ON_CREDIT)

    after = actions.confirm(order, uuid7(), NOON)
    _, messages = saga.go_on(order, after, NOON)

    assert FirmReservation(order_id=order.order_id, release=True) in messages


def test_a_virtual_warehouse_takes_an_order_to_its_end_with_three_answers():
    order, shipment = confirmed(ON_CREDIT), uuid7()

    order, said = take(
        order,
        advanced(
            order,
            revision=1,
            picked=10,
            shipped=10,
            status=ShipmentStatus.RECEIVED,
            shipment_id=shipment,
        ),
    )
    assert said == ["OrderReceived", "IssueInvoice"]
    order, said = take(order, invoiced(order, shipment))
    assert said == ["OrderCompleted"]
    assert order.status is Status.COMPLETED


@pytest.mark.parametrize(("terms", "first"), [(PREPAID, 100_000), (deposit(30), 30_000)])
def test_the_payment_gate_opens_at_the_share_of_the_terms_and_not_before(terms, first):
    order = confirmed(terms)
    order, said = take(order, ReservationFirmed(order_id=order.order_id))
    assert (said, saga.queue(order)) == ([], "FIN")

    order, said = take(order, funds(order, 1, first - 1))
    assert said == []
    order, said = take(order, funds(order, 2, first))
    assert said == ["OrderPaymentGateOpened", "ReleaseToWarehouse"]


def test_cash_on_delivery_leaves_before_it_is_paid_and_completes_when_it_is():
    order, shipment = confirmed(ON_CREDIT.model_copy(update={"kind": "COD"})), uuid7()
    order, _ = take(
        order,
        advanced(
            order,
            revision=1,
            picked=10,
            shipped=10,
            status=ShipmentStatus.RECEIVED,
            shipment_id=shipment,
        ),
    )
    order, said = take(order, invoiced(order, shipment))
    assert (said, saga.queue(order)) == ([], "FIN")

    order, said = take(order, funds(order, 1, 100_000))

    assert said == ["OrderCompleted"]


def test_a_shipment_is_invoiced_when_it_left_while_the_order_waits_for_the_dealer():
    order, shipment = confirmed(ON_CREDIT), uuid7()
    order, _ = take(order, advanced(order, revision=1))
    order, said = take(order, advanced(order, revision=2, picked=10))
    assert (said, saga.queue(order)) == (["OrderFulfilmentStarted"], "WHS")

    order, said = take(
        order, advanced(order, revision=3, picked=10, shipped=10, shipment_id=shipment)
    )
    assert said == ["OrderShipped", "IssueInvoice"]
    order, said = take(order, invoiced(order, shipment))
    assert (said, saga.queue(order)) == ([], "DLV")


def test_over_the_limit_holds_the_order_and_keeps_its_stock():
    """P-20."""
    order = submitted()
    order, _ = take(order, priced(order))

    order, said = take(order, CreditRefused(order_id=order.order_id, reason="over-limit"))
    assert said == ["OrderHeld", "ReserveStock"]
    order, _ = take(order, reserved(order))
    assert (order.status, saga.queue(order)) == (Status.ON_HOLD, "FIN")

    freed = actions.release_hold(order, Hold.CREDIT, uuid7())
    order, messages = saga.go_on(order, freed, NOON)
    (ask,) = [message for message in messages if isinstance(message, HoldCredit)]
    assert ask.approved_over_limit
    order, said = take(order, held(order))
    assert said == ["OrderChecksPassed"]


@pytest.mark.parametrize("kind", [Hold.APPROVAL, Hold.CREDIT])
def test_who_amended_an_order_does_not_let_it_go_on(kind):
    """P-20: it was he who wanted more."""
    buyer, amender, colleague = uuid7(), uuid7(), uuid7()
    more = Amendment(
        number=1,
        asked_by=amender,
        by_dealer=False,
        asked_at=NOON,
        reason="加货",
        previous_total_minor=100_000,
        lines=(),
    )
    order = replace(submitted(), placed_by=buyer, amendment=more, holds=(by_rule(kind),))

    let_go = {
        who: isinstance(actions.release_hold(order, kind, who), Order)
        for who in (buyer, amender, colleague)
    }

    assert let_go == {buyer: False, amender: False, colleague: True}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            lambda order: PricingRefused(order_id=order.order_id, reason="no-price", skus=("A",)),
            "no-price",
        ),
        (lambda order: priced(order, unit_price_minor=10_001), "price-changed"),
    ],
)
def test_an_order_without_a_price_ends_with_nothing_to_undo(answer, reason):
    order = replace(submitted(), expected_total_minor=100_000)

    order, said = take(order, answer(order))

    assert said == ["OrderRejected"]
    assert (order.status, order.reason) == (Status.REJECTED, reason)


def test_scarce_stock_rejects_the_order_after_its_credit_is_released():
    order = submitted()
    for reply in (priced(order), held(order)):
        order, _ = take(order, reply)

    order, said = take(order, StockRefused(order_id=order.order_id, reason="short", short=("A",)))
    assert said == ["CancelFulfilment"]
    order, said = take(order, FulfilmentCancelled(order_id=order.order_id))
    assert said == ["ReleaseCredit"]
    order, said = take(order, credit_released(order))
    assert said == ["OrderRejected"]
    assert order.reason == "out-of-stock"


def test_an_expired_reservation_ends_the_order():
    order = waiting_for_confirmation()

    order, said = take(order, ReservationExpired(order_id=order.order_id))
    assert said == ["ReleaseCredit"]
    order, said = take(order, credit_released(order))
    assert said == ["OrderExpired"]


@pytest.mark.parametrize("state", [submitted, waiting_for_confirmation, confirmed])
def test_a_cancelled_order_releases_what_it_may_hold_and_nothing_else(state):
    """S-3."""
    order = state()

    order, messages = saga.go_on(order, actions.cancel(order, "改主意了"), NOON)
    for _ in range(3):
        for message in messages:
            if isinstance(message, CancelFulfilment):
                order, messages = saga.take(
                    order, FulfilmentCancelled(order_id=order.order_id), NOON
                )
            elif isinstance(message, ReleaseCredit):
                order, messages = saga.take(order, credit_released(order), NOON)

    assert order.status is Status.CANCELLED


def test_picked_goods_are_awaited_without_a_deadline():
    order = confirmed()
    order, _ = take(order, advanced(order, revision=1, picked=10))
    order, _ = saga.go_on(order, actions.cancel(order, "no need"), NOON)

    order, said = take(order, PutBackAwaited(order_id=order.order_id))

    assert (said, order.progress.deadline, order.status) == ([], None, Status.CANCELLING)
    order, said = take(order, FulfilmentCancelled(order_id=order.order_id))
    assert said == ["ReleaseCredit"]


def test_a_cancel_that_comes_too_late_is_declined_and_the_order_goes_on():
    order, shipment = confirmed(), uuid7()
    order, _ = take(order, advanced(order, revision=1, picked=10))
    order, _ = saga.go_on(order, actions.cancel(order, "no need"), NOON)
    order, said = take(
        order, advanced(order, revision=2, picked=10, shipped=10, shipment_id=shipment)
    )
    assert "IssueInvoice" not in said

    order, said = take(order, FulfilmentCancelDeclined(order_id=order.order_id))

    assert said == ["OrderCancelDeclined", "IssueInvoice"]
    assert order.status is Status.IN_FULFILMENT


def test_an_order_that_was_sent_while_it_was_cancelled_is_confirmed_before_it_is_received():
    order = submitted(confirming_itself(ON_CREDIT))
    for reply in (priced, held):
        order, _ = take(order, reply(order))
    order, _ = saga.go_on(order, actions.cancel(order, "改主意了"), NOON)
    sent = advanced(order, revision=1, picked=10, shipped=10, status=ShipmentStatus.RECEIVED)

    order, said = take(order, sent)
    assert said == []

    order, said = take(order, FulfilmentCancelDeclined(order_id=order.order_id))
    assert said == ["OrderConfirmed", "OrderReceived", "OrderCancelDeclined", "IssueInvoice"]


def test_what_confirms_itself_is_held_firmly_at_once_and_starts_where_nothing_is_due():
    asked = []

    for terms in (ON_CREDIT, PREPAID):
        order, _ = take(new := submitted(confirming_itself(terms)), priced(new))
        _, messages = saga.take(order, held(order), NOON)
        asked += [one for one in messages if isinstance(one, ReserveStock)]

    assert [(ask.firm, ask.release) for ask in asked] == [(True, True), (True, False)]


def test_a_hold_that_came_after_the_release_was_sent_stops_no_invoice():
    """Domain 5.4.1: goods that left are unaffected. The hold is told as over; its to-do goes."""
    order, shipment = confirmed(PREPAID), uuid7()
    order, _ = take(order, ReservationFirmed(order_id=order.order_id))
    order, said = take(order, funds(order, 1, 100_000))
    assert said == ["OrderPaymentGateOpened", "ReleaseToWarehouse"]
    order, _ = saga.go_on(order, actions.hold(order, by_hand(), NOON), NOON)
    assert order.status is Status.ON_HOLD

    order, said = take(
        order, advanced(order, revision=1, picked=10, shipped=10, shipment_id=shipment)
    )

    assert said == ["OrderHoldReleased", "OrderShipped", "IssueInvoice"]
    assert (order.status, order.holds) == (Status.IN_FULFILMENT, ())


def test_nothing_that_left_can_be_cancelled():
    order = confirmed()
    order, _ = take(order, advanced(order, revision=1, picked=10, shipped=10))

    assert isinstance(actions.cancel(order, "no need"), actions.AlreadyShipped)


def test_a_silent_participant_is_asked_again_ever_more_slowly_and_reported_once():
    order, said = submitted(), []
    for attempt in range(ATTEMPTS_MAX + 2):
        timer = TimeOutOrder(order_id=order.order_id, step="price", attempt=attempt)
        before = order.progress.deadline
        order, messages = saga.time_out(order, timer, before)
        assert order.progress.deadline - before >= PATIENCE
        said += [type(message).__name__ for message in messages]

    assert said.count("PriceOrder") == ATTEMPTS_MAX + 2
    assert said.count("SagaStuck") == 1
    order, said = take(order, priced(order))
    assert (said, order.progress.stuck) == (["HoldCredit"], False)


def test_a_refused_invoice_stands_on_the_desk_with_its_reason_until_it_is_issued():
    order, shipment = confirmed(ON_CREDIT), uuid7()
    order, _ = take(order, advanced(order, revision=1, picked=10, shipped=10, shipment_id=shipment))
    refused = InvoiceRefused(
        order_id=order.order_id, shipment_id=shipment, reason="more-than-ordered"
    )

    order, messages = saga.take(order, refused, NOON)
    (stuck,) = messages
    assert (stuck.type, stuck.step, stuck.reason) == (
        "orders.saga-stuck.v1",
        "invoice",
        "more-than-ordered",
    )
    assert (order.progress.stuck, order.reason) == (True, "more-than-ordered")
    assert saga.take(order, refused, NOON) == (order, [])

    order, _ = take(order, invoiced(order, shipment))
    assert (order.progress.at, order.progress.stuck, order.reason) == ("fulfilment", False, None)


def test_a_timer_of_a_step_that_is_over_changes_nothing():
    order = waiting_for_confirmation()

    after, messages = saga.time_out(
        order, TimeOutOrder(order_id=order.order_id, step="price", attempt=0), NOON
    )

    assert (after, messages) == (order, [])


@pytest.mark.parametrize(("step", "attempt"), [("price", 0), ("hold_credit", 1)])
def test_a_timer_of_another_step_or_attempt_asks_nothing(step, attempt):
    order = submitted()
    order, _ = take(order, priced(order))
    assert (order.progress.at, order.progress.attempt) == ("hold_credit", 0)

    timer = TimeOutOrder(order_id=order.order_id, step=step, attempt=attempt)

    assert saga.time_out(order, timer, NOON) == (order, [])


def test_an_older_picture_of_the_warehouse_changes_nothing():
    order, shipment = confirmed(), uuid7()
    newer = advanced(order, revision=3, picked=10, shipped=10, shipment_id=shipment)
    order, _ = take(order, newer)

    assert saga.take(order, advanced(order, revision=2, picked=10), NOON) == (order, [])


def test_every_answer_given_again_changes_nothing():
    order, shipment = submitted(), uuid7()
    full = {"picked": 10, "shipped": 10, "shipment_id": shipment}
    story = [
        priced(order),
        held(order),
        reserved(order),
        actions.confirm,
        advanced(order, revision=1, **full),
        invoiced(replace(order, total_minor=1), shipment),
    ]

    past = []
    for step in story:
        if step is actions.confirm:
            order, _ = saga.go_on(order, actions.confirm(order, uuid7(), NOON), NOON)
        else:
            order, _ = saga.take(order, step, NOON)
            past.append(step)
        for again in past:
            assert saga.take(order, again, NOON) == (order, [])


def test_late_money_never_revives_an_order():
    """E-10, S-6, P-22."""
    order = submitted()
    order, _ = take(order, PricingRefused(order_id=order.order_id, reason="no-price", skus=()))

    order, said = take(order, funds(order, 1, 500))

    assert (said, order.status, order.ending) == ([], Status.REJECTED, Ending.REJECTED)


def test_a_release_is_asked_for_only_where_the_reservation_was_firm_before_the_money():
    order = confirmed(PREPAID)
    order, _ = take(order, ReservationFirmed(order_id=order.order_id))
    order, messages = saga.take(order, funds(order, 1, 100_000), NOON)

    assert ReleaseToWarehouse(order_id=order.order_id) in messages


def test_commands_carry_what_the_participant_needs():
    order = submitted()
    order, messages = saga.take(order, priced(order), NOON)
    assert messages == [
        HoldCredit(
            order_id=order.order_id,
            number=order.number,
            dealer_id=order.dealer_id,
            total_minor=100_000,
            credit_minor=100_000,
        )
    ]
    order, messages = saga.take(order, held(order), NOON)
    (ask,) = messages
    assert isinstance(ask, ReserveStock)
    assert [(line.sku, line.quantity) for line in ask.lines] == [("SKU-1", 10)]


def test_the_invoice_of_a_shipment_has_the_amounts_of_its_lines():
    order, shipment = confirmed(), uuid7()
    _, messages = saga.take(
        order, advanced(order, revision=1, picked=10, shipped=10, shipment_id=shipment), NOON
    )

    (ask,) = [message for message in messages if isinstance(message, IssueInvoice)]
    assert sum(line.gross_minor for line in ask.lines) == order.total
    assert all(line.net_minor + line.tax_minor == line.gross_minor for line in ask.lines)


def funds(order, revision, covered_minor):
    return OrderFundsChanged(
        order_id=order.order_id, revision=revision, covered_minor=covered_minor
    )
