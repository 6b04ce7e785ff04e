"""The tables of notify: which event means which work and which words."""

import string
from uuid import uuid4

import pytest

from chassis.ids import time_of, uuid7
from chassis.texts import render
from contracts import billing, dealers
from contracts.message import Event
from contracts.orders import Hold
from services.notify import domain
from services.notify.domain import FOLLOWED, MAIL_WORKS, NOTES, WORKS, Fact
from services.notify.domain.owed import TEMPLATE as REMINDER
from services.notify.texts import MESSAGES, TODOS
from tests.builders.events import Story

OPENED_AND_ENDED = [
    ("CONFIRM_ORDER", "SAL", Story.checked, Story.confirmed),
    ("CONFIRM_ORDER", "SAL", Story.checked, Story.cancel_requested),
    ("RELEASE_CREDIT_HOLD", "FIN", Story.held, Story.hold_released),
    ("RELEASE_CREDIT_HOLD", "FIN", Story.held, Story.cancelled),
    ("COLLECT_PAYMENT", "FIN", Story.confirmed, Story.gate_opened),
    ("PICK", "PCK", Story.pick_created, Story.picked),
    ("PICK", "PCK", Story.pick_created, Story.put_back_requested),
    ("PUT_BACK", "PCK", Story.put_back_requested, Story.put_back),
    ("POST_OUTBOUND", "WHS", Story.picked, Story.outbound),
    ("DISPATCH", "DLV", Story.outbound, Story.dispatched),
    ("DELIVER", "DLV", Story.dispatched, Story.delivered),
    ("RECEIVE", "DLR", Story.delivered, Story.handed_over),
    ("REPLENISH", "WHS", Story.ran_low, Story.recovered),
    ("UNBLOCK_ORDER", "ADM", Story.stuck, Story.checked),
]


def a_fact(event):
    message_id = uuid7()
    return Fact(event, message_id, time_of(message_id))


def digest(*events):
    return domain.digest([a_fact(event) for event in events])


@pytest.mark.parametrize(("kind", "role", "opens", "ends"), OPENED_AND_ENDED)
def test_work_is_opened_for_its_role_and_ended_on_the_same_subject(kind, role, opens, ends):
    story = Story()

    opened, ended = digest(opens(story)).opened, digest(ends(story)).done

    (place,) = (place for place in opened if place[0] == kind)
    assert opened[place].role == role
    assert place in ended


@pytest.mark.parametrize(("kind", "role", "opens", "ends"), OPENED_AND_ENDED)
def test_work_that_opens_and_ends_at_once_is_nobodys(kind, role, opens, ends):
    story = Story()

    news = digest(opens(story), ends(story))

    assert kind not in {one for one, _ in news.opened}


def test_work_that_ends_and_opens_anew_at_once_is_open():
    story = Story()

    news = digest(story.held(), story.hold_released(), story.held())

    assert {kind for kind, _ in news.opened} == {"RELEASE_CREDIT_HOLD"}


def test_every_kind_of_work_about_an_order_is_walked_above():
    about_orders = {
        kind
        for kind, work in WORKS.items()
        if not issubclass(work.opened_by, dealers.ApplicationEvent)
    }
    walked = {kind for kind, *_ in OPENED_AND_ENDED}

    assert about_orders - walked == {
        *(f"RELEASE_{hold}_HOLD" for hold in Hold if hold is not Hold.CREDIT),
        "APPROVE_LIMIT",
        "APPROVE_CREDIT_NOTE",
        "APPROVE_REFUND",
        "PAY_REFUND",
        "COUNT_STOCK",
        "SETTLE_LEAVING_DEALER",
        "CHASE_OVERDUE",
        "DECIDE_ON_STOP",
    }


@pytest.mark.parametrize("end", [dealers.DealerExited, dealers.DealerReinstated])
def test_finance_settles_with_a_dealer_who_leaves_until_he_has_or_stays(end):
    """F-50."""
    dealer = uuid4()
    begun = dealers.DealerExitBegun(dealer_id=dealer, name="广州五金", reason="合同到期")
    about = {"name": "广州五金"} if end is dealers.DealerExited else {}

    opened, ended = digest(begun).opened, digest(end(dealer_id=dealer, **about)).done

    assert opened["SETTLE_LEAVING_DEALER", dealer].role == "FIN"
    assert ("SETTLE_LEAVING_DEALER", dealer) in ended


def test_an_overdue_dealer_is_work_for_his_salesperson_and_at_last_for_management():
    """P-09: it ends for both when nothing is overdue any more."""
    dealer = uuid4()
    facts = {"dealer_id": dealer, "overdue_minor": 100, "days_overdue": 1}
    first = billing.DunningLevelReached(**facts, level=1, stop_proposed=False)
    last = billing.DunningLevelReached(**facts, level=4, stop_proposed=True)

    opened = [digest(event).opened for event in (first, last)]
    done = digest(billing.DunningSettled(dealer_id=dealer)).done

    assert [{kind for kind, _ in one} for one in opened] == [
        {"CHASE_OVERDUE"},
        {"CHASE_OVERDUE", "DECIDE_ON_STOP"},
    ]
    assert {kind for kind, _ in done} == {"CHASE_OVERDUE", "DECIDE_ON_STOP"}


def test_the_work_of_a_hold_belongs_to_the_owner_that_the_event_names():
    opened = digest(Story().held(Hold.DEALER, owner="SAL")).opened

    assert [(kind, one.role) for (kind, _), one in opened.items()] == [
        ("RELEASE_DEALER_HOLD", "SAL")
    ]


def test_a_hold_is_ended_only_by_the_release_of_the_same_hold():
    story = Story()

    closed = {kind for kind, _ in digest(story.hold_released(Hold.MANUAL)).done}

    assert closed & {"RELEASE_CREDIT_HOLD", "RELEASE_MANUAL_HOLD"} == {"RELEASE_MANUAL_HOLD"}


def test_an_order_with_nothing_due_waits_for_no_payment():
    assert digest(Story().confirmed(due_minor=0)).opened == {}


def test_what_a_direct_warehouse_sends_waits_for_no_driver():
    posted = Story().outbound()

    assert digest(posted).opened != {}
    assert digest(posted.model_copy(update={"direct": True})).opened == {}


def test_an_order_placed_on_behalf_is_told_to_the_dealer():
    story = Story()

    told = digest(story.submitted(on_behalf=True), story.submitted(on_behalf=False)).told

    assert [one.template for one in told] == ["order_placed_for_you"]


def test_an_imported_dealer_without_an_applicant_is_told_nothing():
    event = dealers.DealerActivated(dealer_id=uuid4(), name="佛山恒泰")

    news = digest(event)

    assert (news.told, news.voided) == ([], {})


def test_every_kind_of_work_and_every_note_has_its_words():
    assert set(WORKS) | set(MAIL_WORKS) == set(TODOS)
    assert {note.template for note in NOTES.values()} | {REMINDER} == set(MESSAGES)


def test_every_word_to_fill_in_is_a_fact_of_the_event():
    facts = {kind: work.facts for kind, work in WORKS.items()} | dict(MAIL_WORKS)
    for kind, text in TODOS.items():
        assert blanks(text) <= {named(fact) for fact in facts[kind]} | {"dealer"}, kind
    for note in NOTES.values():
        for text in MESSAGES[note.template]:
            assert blanks(text) <= {named(fact) for fact in note.facts}, note.template


def test_every_fact_is_a_field_of_its_event():
    for work in WORKS.values():
        assert set(work.facts) <= set(work.opened_by.model_fields)
        assert all(work.subject in event.model_fields for event in (*work.done_by, *work.voided_by))
    for event, note in NOTES.items():
        assert {*note.facts, note.reader} <= set(event.model_fields)


def test_only_events_are_followed():
    assert all(issubclass(event, Event) for event in FOLLOWED)


def test_money_is_told_in_yuan_and_what_is_unknown_by_a_dash():
    title = render(TODOS["CONFIRM_ORDER"], {"number": "DD-1", "total_minor": 123_456_05})

    assert title.zh == "待确认：—的订单 DD-1，¥123,456.05"


def blanks(text):
    fields = {name for _, name, _, _ in string.Formatter().parse(text.zh) if name}
    assert fields == {name for _, name, _, _ in string.Formatter().parse(text.en) if name}
    return fields


def named(fact):
    return fact.removesuffix("_minor")
