"""Roles, duties that stay apart, logins and passwords."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.auth import STAFF, Role
from chassis.errors import NotFound
from chassis.http import StaleVersion
from gateway.domain import (
    COMMON_PASSWORDS,
    DUTIES_APART,
    Change,
    DealerUnfit,
    DutiesConflict,
    LastAdministrator,
    LoginTaken,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    RoleMissing,
    RolesUnfit,
    User,
    admit,
    become_dealer,
    change,
    check_assignment,
    check_password,
    login_key,
    password_text,
)
from tests.builders.gateway import a_new_user, a_user, an_assignment

ROLES = st.frozensets(st.sampled_from(Role))


@pytest.mark.parametrize("pair", DUTIES_APART, ids=lambda pair: "+".join(sorted(pair)))
def test_duties_that_must_stay_apart_are_refused_without_a_waiver(pair):
    refusal = check_assignment(an_assignment(*pair))

    assert isinstance(refusal, DutiesConflict)
    assert refusal.facts["pairs"] == [sorted(pair)]


@pytest.mark.parametrize("pair", DUTIES_APART, ids=lambda pair: "+".join(sorted(pair)))
def test_a_recorded_waiver_lets_one_person_hold_both_duties(pair):
    assert check_assignment(an_assignment(*pair, waiver="one person in this branch")) is None


@given(ROLES)
def test_staff_roles_are_refused_exactly_when_they_hold_a_forbidden_pair(roles):
    roles &= STAFF
    refusal = check_assignment(an_assignment(*roles))

    if not roles:
        assert isinstance(refusal, RoleMissing)
    else:
        assert isinstance(refusal, DutiesConflict) == any(pair <= roles for pair in DUTIES_APART)


@pytest.mark.parametrize(
    "roles",
    [{Role.DLR, Role.SAL}, {Role.APPLICANT, Role.ADM}, {Role.DLR, Role.APPLICANT}],
    ids=lambda roles: "+".join(sorted(roles)),
)
def test_an_outsider_is_never_staff_even_with_a_waiver(roles):
    assignment = an_assignment(*roles, dealer_id=uuid4(), waiver="because I say so")

    assert isinstance(check_assignment(assignment), RolesUnfit)


def test_a_dealer_needs_his_dealer_and_nobody_else_has_one():
    assert isinstance(check_assignment(an_assignment(Role.DLR)), DealerUnfit)
    assert isinstance(check_assignment(an_assignment(Role.FIN, dealer_id=uuid4())), DealerUnfit)
    assert check_assignment(an_assignment(Role.DLR, dealer_id=uuid4())) is None


def test_of_two_new_users_with_one_login_the_first_is_admitted():
    first, second = (a_new_user(Role.FIN, login="li.wei") for _ in range(2))

    outcomes = admit([first, second], taken=set())

    assert isinstance(outcomes[0], User)
    assert isinstance(outcomes[1], LoginTaken)


def test_a_change_counts_the_version_up_and_the_same_change_again_does_not():
    user = a_user(Role.PCK)
    ask = Change(user.user_id, assignment=an_assignment(Role.WHS))

    [once] = change({user.user_id: user}, [ask])
    [twice] = change({user.user_id: once}, [ask])

    assert once.version == 2
    assert twice == once


def test_a_change_of_another_version_than_the_current_one_is_refused():
    user = a_user(Role.PCK, version=7)

    [outcome] = change({user.user_id: user}, [Change(user.user_id, name="New", version=6)])

    assert isinstance(outcome, StaleVersion)


def test_nobody_can_be_changed_who_is_not_there():
    assert isinstance(change({}, [Change(uuid4(), name="New")])[0], NotFound)


@pytest.mark.parametrize(
    "ask", [{"active": False}, {"assignment": an_assignment(Role.FIN)}], ids=("disable", "assign")
)
def test_the_last_administrator_remains(ask):
    user = a_user(Role.ADM)

    [outcome] = change({user.user_id: user}, [Change(user.user_id, **ask)])

    assert isinstance(outcome, LastAdministrator)


def test_two_administrators_cannot_both_be_dismissed_in_one_batch():
    users = {user.user_id: user for user in (a_user(Role.ADM), a_user(Role.ADM))}

    outcomes = change(users, [Change(user_id, active=False) for user_id in users])

    assert isinstance(outcomes[0], User)
    assert isinstance(outcomes[1], LastAdministrator)


def test_a_disabled_administrator_does_not_count():
    user, gone = a_user(Role.ADM), a_user(Role.ADM, active=False)
    known = {one.user_id: one for one in (user, gone)}

    [outcome] = change(known, [Change(user.user_id, active=False)])

    assert isinstance(outcome, LastAdministrator)


def test_an_applicant_becomes_a_dealer_once():
    dealer_id = uuid4()
    applicant = a_user(Role.APPLICANT)

    dealer = become_dealer(applicant, dealer_id)

    assert dealer.assignment == an_assignment(Role.DLR, dealer_id=dealer_id)
    assert dealer.version == 2
    assert become_dealer(dealer, uuid4()) == dealer


def test_who_is_staff_already_never_becomes_a_dealer():
    salesperson = a_user(Role.SAL)

    assert become_dealer(salesperson, uuid4()) == salesperson


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("  Li.Wei ", "li.wei"),
        ("\uff2c\uff29.\uff37\uff25\uff29", "li.wei"),
        ("Straße", "strasse"),
        ("李伟", "李伟"),
    ],
)
def test_logins_that_look_alike_are_one(text, key):
    assert login_key(text) == key


def test_a_password_is_the_same_however_the_keyboard_composes_it():
    assert password_text("caf\u00e9 au lait") == password_text("cafe\u0301 au lait")


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("", PasswordTooShort),
        ("seven77", PasswordTooShort),
        ("长城长城长城长", PasswordTooShort),
        ("x" * 1_025, PasswordTooLong),
        ("长" * 342, PasswordTooLong),
        ("Password123", PasswordTooCommon),
        ("aaaaaaaaaa", PasswordTooCommon),
        ("abababababab", PasswordTooCommon),
        ("zhang.san1", PasswordTooCommon),
        ("ZHANG.SANzhang.san", PasswordTooCommon),
    ],
)
def test_a_password_that_is_guessed_first_or_out_of_bounds_is_refused(password, refusal):
    assert type(check_password(password, "zhang.san")) is refusal


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "长城上的风很大啊",
        "        x y z",
        "a" * 1_000 + "bc",
        "🙂🙃🙂🙃😀😁😂🤣",
    ],
)
def test_a_long_enough_password_of_any_letters_is_good(password):
    assert check_password(password, "zhang.san") is None


@given(st.text(max_size=40), st.text(min_size=1, max_size=20))
def test_every_text_is_either_a_good_password_or_refused_by_name(password, login):
    refusal = check_password(password, login_key(login))

    assert refusal is None or refusal.status == 422


def test_every_common_password_is_refused():
    accepted = [one for one in COMMON_PASSWORDS if check_password(one, "zhang.san") is None]

    assert not accepted


def test_a_line_that_is_refused_takes_no_login():
    bad = a_new_user(Role.FIN, Role.SAL, login="li.wei")
    good = a_new_user(Role.FIN, login="li.wei")

    outcomes = admit([bad, good], taken=set())

    assert isinstance(outcomes[0], DutiesConflict)
    assert isinstance(outcomes[1], User)
