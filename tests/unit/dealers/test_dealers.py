"""A dealer's standing: what moves it, and what is made known."""

from dataclasses import replace
from uuid import uuid4

import pytest

from chassis.ids import uuid7
from contracts.dealers import (
    DealerReinstated,
    DealerState,
    DealerStopped,
    DealerSuspended,
    DealerTermsChanged,
    DealerTierChanged,
    SalespersonBound,
    Terms,
    TermsKind,
)
from services.dealers.domain import dealers as domain
from services.dealers.domain.dealers import Change, Changed, ChangeKind, DealerStatus, Tier
from services.dealers.domain.refusals import DealerExited
from tests.builders.dealers import NOW, a_dealer

MOVES = {
    DealerStatus.SUSPENDED: (domain.suspend("超期未付"), DealerSuspended),
    DealerStatus.ON_STOP: (domain.stop("超期未付"), DealerStopped),
    DealerStatus.ACTIVE: (domain.reinstate(), DealerReinstated),
}
LIVING = [DealerStatus.ACTIVE, DealerStatus.SUSPENDED, DealerStatus.ON_STOP]


def a_change(kind, **value):
    return Change(uuid7(), uuid4(), kind, value, NOW, uuid4())


@pytest.mark.parametrize("wanted", MOVES)
@pytest.mark.parametrize("status", LIVING)
def test_each_move_is_told_once_with_the_new_state(status, wanted):
    known, (decide, event) = replace(a_dealer(), status=status), MOVES[wanted]

    outcome = decide(known)

    assert outcome.dealer.status is wanted
    if status is wanted:
        assert outcome == Changed(known)
    else:
        assert [type(message) for message in outcome.messages] == [event, DealerState]
        assert outcome.messages[1].version == known.version + 1


def test_reinstating_forgets_the_reason():
    stopped = domain.stop("超期未付")(a_dealer()).dealer

    assert stopped.reason == "超期未付"
    assert domain.reinstate()(stopped).dealer.reason is None


@pytest.mark.parametrize(
    "decide",
    [
        *(move for move, _ in MOVES.values()),
        domain.applied(a_change(ChangeKind.TIER, tier="COUNTY")),
        domain.unchanged,
    ],
)
def test_nothing_changes_of_a_dealer_who_has_left(decide):
    gone = replace(a_dealer(), status=DealerStatus.EXITED)

    assert isinstance(decide(gone), DealerExited)


def test_a_change_of_tier_is_a_new_version_of_the_state():
    known = a_dealer()

    outcome = domain.applied(a_change(ChangeKind.TIER, tier="COUNTY"))(known)

    told, state = outcome.messages
    assert (told.previous_tier, told.tier, told.effective_from) == ("CITY", "COUNTY", NOW)
    assert (state.tier, state.version) == (Tier.COUNTY, known.version + 1)


@pytest.mark.parametrize(
    ("change", "event"),
    [
        (a_change(ChangeKind.TIER, tier="COUNTY"), DealerTierChanged),
        (a_change(ChangeKind.SALESPERSON, salesperson_id=str(uuid4())), SalespersonBound),
        (
            a_change(ChangeKind.TERMS, **domain.terms_value(Terms(kind=TermsKind.COD), None)),
            DealerTermsChanged,
        ),
    ],
)
def test_each_change_is_told_by_its_name(change, event):
    outcome = domain.applied(change)(a_dealer())

    assert [type(message) for message in outcome.messages] == [event, DealerState]


def test_new_terms_without_a_limit_leave_the_limit_alone():
    known = a_dealer(credit_limit_minor=7)
    terms = Terms(kind=TermsKind.CREDIT, credit_days=30)

    kept, cut = (
        domain.applied(a_change(ChangeKind.TERMS, **domain.terms_value(terms, limit)))(known)
        for limit in (None, 0)
    )

    assert kept.dealer.standing.credit_limit_minor == 7
    assert cut.dealer.standing.credit_limit_minor == 0
    assert kept.dealer.standing.terms == cut.dealer.standing.terms == terms


def test_what_holds_already_is_not_told_again():
    known = a_dealer()

    outcome = domain.applied(a_change(ChangeKind.TIER, tier=known.standing.tier))(known)

    assert outcome == Changed(known)


@pytest.mark.parametrize(
    ("kind", "percent", "right"),
    [
        (TermsKind.DEPOSIT, 30, True),
        (TermsKind.DEPOSIT, 0, False),
        (TermsKind.DEPOSIT, 100, False),
        (TermsKind.PREPAID, 0, True),
        (TermsKind.CREDIT, 30, False),
    ],
)
def test_only_a_deposit_has_a_share(kind, percent, right):
    assert (domain.terms_fault(kind, percent) is None) == right


@pytest.mark.parametrize(("kind", "right"), [(TermsKind.PREPAID, True), (TermsKind.CREDIT, False)])
def test_only_what_is_paid_before_goods_leave_is_paid_within_a_time(kind, right):
    """P-22."""
    assert (domain.terms_fault(kind, 0, pay_within_hours=48) is None) == right
