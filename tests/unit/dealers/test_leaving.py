"""F-50: a dealer leaves when no order of his is open and his account is empty, in this order."""

from dataclasses import replace

import pytest

from contracts import dealers as told
from contracts.dealers import (
    DealerExitBegun,
    DealerExited,
    DealerReinstated,
    DealerState,
    ExitStep,
)
from services.dealers.domain import dealers as domain
from services.dealers.domain.dealers import Balance, Changed, DealerStatus
from services.dealers.domain.refusals import DealerExiting
from tests.builders.dealers import a_dealer

NOTHING = Balance(0, 0, 0, 0, 0)


def leaving():
    return domain.leave("合同到期")(a_dealer()).dealer


def settling():
    known = leaving()
    return domain.orders_counted(0, known.version)(known).dealer


@pytest.mark.parametrize("status", ["ACTIVE", "SUSPENDED", "ON_STOP"])
def test_who_leaves_is_told_as_suspended_with_the_step_of_his_exit(status):
    """F-50: no new orders; open ones go on."""
    outcome = domain.leave("合同到期")(replace(a_dealer(), status=DealerStatus(status)))

    begun, state = outcome.messages
    assert (outcome.dealer.status, state.status) == (DealerStatus.EXITING, "SUSPENDED")
    assert state.exit_step is ExitStep.ORDERS
    assert (type(begun), begun.reason) == (DealerExitBegun, "合同到期")


@pytest.mark.parametrize("move", [domain.suspend("?"), domain.stop("?")])
def test_who_leaves_is_neither_suspended_nor_stopped(move):
    assert isinstance(move(leaving()), DealerExiting)


def test_who_leaves_may_stay_after_all():
    outcome = domain.reinstate()(settling())

    event, state = outcome.messages
    assert isinstance(event, DealerReinstated)
    assert (outcome.dealer.status, outcome.dealer.exit) == (DealerStatus.ACTIVE, None)
    assert (state.status, state.exit_step) == (told.DealerStatus.ACTIVE, None)


def test_open_orders_are_remembered_and_told_to_nobody():
    known = leaving()

    outcome = domain.orders_counted(3, known.version)(known)

    assert outcome.dealer.exit.open_orders == 3
    assert (outcome.dealer.version, outcome.messages) == (known.version, ())


def test_the_balance_is_asked_for_after_the_last_order():
    """An empty account counts only when nothing can add to it any more."""
    known = leaving()

    early = domain.balance_told(NOTHING, known.version)(known)
    after = domain.orders_counted(0, known.version)(known)

    assert early == Changed(known)
    [state] = after.messages
    assert (state.exit_step, state.version) == (ExitStep.BALANCE, known.version + 1)


@pytest.mark.parametrize("part", range(5))
def test_he_stays_while_anything_stands_in_his_account(part):
    known, balance = settling(), Balance(*(int(n == part) for n in range(5)))

    outcome = domain.balance_told(balance, known.version)(known)

    assert (outcome.dealer.status, outcome.messages) == (DealerStatus.EXITING, ())
    assert outcome.dealer.exit.balance == balance


def test_he_has_left_when_nothing_is_there():
    known = settling()

    outcome = domain.balance_told(NOTHING, known.version)(known)

    assert [type(message) for message in outcome.messages] == [DealerExited, DealerState]
    assert (outcome.dealer.status, outcome.dealer.exit) == (DealerStatus.EXITED, None)
    assert outcome.messages[1].status is told.DealerStatus.EXITED


def test_an_answer_about_an_earlier_exit_says_nothing():
    first = settling()
    again = domain.leave("又要走")(domain.reinstate()(first).dealer).dealer

    assert domain.orders_counted(0, first.version)(again) == Changed(again)
    assert domain.orders_counted(0, again.version)(again).dealer.exit.step is ExitStep.BALANCE
