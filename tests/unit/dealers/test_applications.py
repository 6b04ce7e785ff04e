"""The way of an application: every status against every decision, and two persons at its end."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from chassis.errors import DomainError, NotFound
from contracts.dealers import (
    DealerApplicationRejected,
    DealerApplicationReturned,
    DealerApplicationScreened,
    DealerApplied,
)
from services.dealers.domain import applications as domain
from services.dealers.domain import judging
from services.dealers.domain.applications import Changed, Claim, Linked, Status
from services.dealers.domain.judging import Credit
from services.dealers.domain.refusals import (
    AlreadyApplied,
    ApplicationMoved,
    CreditCodeFixed,
    CreditNotEndorsed,
    LicenceExpired,
    SamePersonEndorsed,
    SamePersonScreened,
)
from tests.builders.dealers import NOW, a_credit_code, a_form, an_application, an_ask

SCREENER, APPROVER, SALES, FINANCE = uuid4(), uuid4(), uuid4(), uuid4()
NO_CREDIT = Credit(limit_minor=0, alone_max_minor=0)
ALLOWED = {
    "submitted": {Status.DRAFT, Status.RETURNED},
    "rewritten": {Status.DRAFT, Status.RETURNED},
    "assigned": {Status.SUBMITTED, Status.RETURNED},
    "screened": {Status.SUBMITTED},
    "endorsed": {Status.SCREENED},
    "returned": {Status.SUBMITTED, Status.SCREENED},
    "rejected": {Status.SUBMITTED, Status.RETURNED, Status.SCREENED},
    "approved": {Status.SCREENED},
}


def decision(name, known):
    return {
        "submitted": judging.submitted(by=known.applicant_user_id, screener_id=SALES, now=NOW),
        "rewritten": judging.rewritten(known.form, by=known.applicant_user_id, now=NOW),
        "assigned": judging.assigned(SALES, now=NOW),
        "screened": judging.screened(by=SCREENER, now=NOW),
        "endorsed": judging.endorsed(1, by=FINANCE, now=NOW),
        "returned": judging.returned("执照不清晰", now=NOW),
        "rejected": judging.rejected("不符合要求", by=SCREENER, now=NOW),
        "approved": judging.approved(uuid4(), NO_CREDIT, by=APPROVER, now=NOW),
    }[name]


@pytest.mark.parametrize("name", ALLOWED)
@pytest.mark.parametrize("status", Status)
def test_each_decision_is_open_in_its_statuses_and_no_others(name, status):
    known = an_application(status=status)

    outcome = decision(name, known)(known)

    if status in ALLOWED[name]:
        assert isinstance(outcome, Changed)
        assert outcome.application.version == known.version + 1
    else:
        assert isinstance(outcome, ApplicationMoved)
        assert outcome.facts["current_status"] is status


def test_what_happens_is_announced():
    known = an_application(screener_id=SALES)

    told = [decision(name, known)(known).messages for name in ("screened", "returned", "rejected")]

    assert [type(message) for [message] in told] == [
        DealerApplicationScreened,
        DealerApplicationReturned,
        DealerApplicationRejected,
    ]


def test_an_application_goes_to_the_salesperson_of_the_city_before_that_of_the_province():
    city, province = uuid4(), uuid4()
    territories = {("浙江省", "杭州市"): city, ("浙江省", ""): province}

    screeners = [
        domain.screener_of(a_form(city=name), territories) for name in ("杭州市", "宁波市")
    ]

    assert screeners == [city, province]
    assert domain.screener_of(a_form(province="云南省"), territories) is None


def test_the_first_application_of_a_company_is_taken_in_and_the_second_is_linked():
    code, territories = a_credit_code(), {("浙江省", ""): SALES}
    first, second = an_ask(credit_code=code), an_ask(credit_code=code)

    outcomes = domain.apply([first, second], {}, territories, NOW)

    assert outcomes[0].application.status is Status.SUBMITTED
    assert [type(message) for message in outcomes[0].messages] == [DealerApplied]
    assert outcomes[0].messages[0].screener_id == SALES
    assert outcomes[1] == Linked()


def test_only_the_first_applicant_himself_is_told_of_his_application():
    code, he = a_credit_code(), uuid4()
    claim = Claim(uuid4(), he)
    asks = [an_ask(he, credit_code=code), an_ask(credit_code=code)]

    his, another = domain.apply(asks, {code: claim}, {}, NOW)

    assert isinstance(his, AlreadyApplied)
    assert his.facts == {"application_id": claim.application_id}
    assert another == Linked()


def test_a_draft_claims_nothing_and_tells_nobody():
    code = a_credit_code()
    asks = [an_ask(credit_code=code, draft=True), an_ask(credit_code=code)]

    draft, application = domain.apply(asks, {}, {}, NOW)

    assert (draft.application.status, draft.messages) == (Status.DRAFT, ())
    assert application.application.status is Status.SUBMITTED


def test_who_screened_cannot_approve():
    known = an_application(status=Status.SCREENED, screened_by=SCREENER)

    outcome = judging.approved(uuid4(), NO_CREDIT, by=SCREENER, now=NOW)(known)

    assert isinstance(outcome, SamePersonScreened)


@pytest.mark.parametrize(
    ("valid_until", "refused"),
    [(date(2026, 11, 23), True), (date(2026, 11, 24), False), (None, False)],
)
def test_an_expired_licence_blocks_approval_from_the_day_after_its_last(valid_until, refused):
    form = a_form(licence_valid_until=valid_until)
    known = an_application(form=form, status=Status.SCREENED, screened_by=SCREENER)

    outcome = judging.approved(uuid4(), NO_CREDIT, by=APPROVER, now=NOW)(known)

    assert isinstance(outcome, LicenceExpired) == refused


def test_a_licence_ends_at_midnight_in_china():
    form = a_form(licence_valid_until=date(2026, 11, 24))
    known = an_application(form=form, status=Status.SCREENED, screened_by=SCREENER)
    midnight = NOW.replace(hour=16)

    last, next_day = (
        judging.approved(uuid4(), NO_CREDIT, by=APPROVER, now=now)(known)
        for now in (midnight.replace(hour=15, minute=59), midnight)
    )

    assert isinstance(last, Changed)
    assert isinstance(next_day, LicenceExpired)


def test_screening_twice_by_the_same_person_is_one_screening():
    known = an_application(status=Status.SCREENED, screened_by=SCREENER)

    again, another = (judging.screened(by=one, now=NOW)(known) for one in (SCREENER, uuid4()))

    assert again == Changed(known)
    assert isinstance(another, DomainError)


def test_a_stranger_can_neither_rewrite_nor_submit():
    known = an_application(status=Status.RETURNED)

    outcomes = [
        judging.rewritten(known.form, by=uuid4(), now=NOW)(known),
        judging.submitted(by=uuid4(), screener_id=None, now=NOW)(known),
    ]

    assert [type(outcome) for outcome in outcomes] == [NotFound, NotFound]


def test_a_submitted_application_keeps_its_credit_code():
    known = an_application(status=Status.RETURNED)
    other = replace(known.form, credit_code=a_credit_code())

    outcome = judging.rewritten(other, by=known.applicant_user_id, now=NOW)(known)

    assert isinstance(outcome, CreditCodeFixed)


def test_submitting_again_forgets_the_earlier_screening():
    known = an_application(status=Status.RETURNED, screened_by=SCREENER, reason="执照不清晰")

    again = judging.submitted(by=known.applicant_user_id, screener_id=None, now=NOW)(known)

    assert (again.application.screened_by, again.application.reason) == (None, None)


@pytest.mark.parametrize(
    ("asked", "endorsed", "by", "refusal"),
    [
        (100, None, APPROVER, None),
        (101, None, APPROVER, CreditNotEndorsed),
        (101, 100, APPROVER, CreditNotEndorsed),
        (101, 101, APPROVER, None),
        (101, 101, FINANCE, SamePersonEndorsed),
    ],
)
def test_beyond_what_he_grants_alone_an_approver_needs_another_person_of_finance(
    asked, endorsed, by, refusal
):
    """F-49: amount and tier decide the level."""
    known = an_application(
        status=Status.SCREENED,
        screened_by=SCREENER,
        endorsed_by=endorsed and FINANCE,
        endorsed_limit_minor=endorsed,
    )

    outcome = judging.approved(uuid4(), Credit(asked, alone_max_minor=100), by=by, now=NOW)(known)

    assert isinstance(outcome, refusal or Changed)


def test_who_screened_does_not_endorse_and_what_is_handed_in_again_is_endorsed_anew():
    known = an_application(status=Status.SCREENED, screened_by=SCREENER)
    by = known.applicant_user_id

    refused = judging.endorsed(1, by=SCREENER, now=NOW)(known)
    agreed = judging.endorsed(1, by=FINANCE, now=NOW)(known).application
    back = judging.returned("执照不清晰", now=NOW)(agreed).application
    again = judging.submitted(by=by, screener_id=None, now=NOW)(back).application

    assert isinstance(refused, SamePersonEndorsed)
    assert (agreed.endorsed_by, agreed.endorsed_limit_minor) == (FINANCE, 1)
    assert (again.endorsed_by, again.endorsed_limit_minor) == (None, None)
