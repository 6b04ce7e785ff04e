"""Mails: every template says all that its event knows, in both languages, and nothing breaks it."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import ValidationError

from chassis.texts import ABSENT
from services.notify.domain import NOTES, Mail, Outcome, Patience, Verdict, settle
from services.notify.domain.owed import TEMPLATE as REMINDER
from services.notify.letters import letter
from services.notify.settings import Settings
from services.notify.texts import MESSAGES

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
SENDER = "渠道 <no-reply@example.com>"
EVENT_ID, USER_ID = UUID(int=7), UUID(int=8)


def a_mail(template="order_confirmed", facts=None, **others):
    given = {
        "message_id": UUID(int=1),
        "user_id": USER_ID,
        "attempts": 1,
        "event_id": EVENT_ID,
        "happened_at": NOW,
        "name": "王伟",
        "email": "wang@example.com",
        "language": "zh-CN",
        "wanted": True,
    }
    return Mail(template=template, facts=facts or {}, **(given | others))


def as_it_arrives(mail, domain="example.com"):
    return message_from_bytes(letter(mail, SENDER, domain).as_bytes(), policy=default)


def example(event):
    path = Path("contracts/examples", event.type, "full.json")
    return event.model_validate_json(path.read_text("utf-8"))


EXAMPLES = [pytest.param(example(event), note, id=note.template) for event, note in NOTES.items()]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("event", "note"), EXAMPLES)
def test_every_template_says_all_facts_of_its_event(event, note, language):
    facts = {name: getattr(event, name) for name in note.facts}

    arrived = as_it_arrives(a_mail(note.template, facts, language=language))

    plain, page = (arrived.get_body([kind]).get_content() for kind in ("plain", "html"))
    for words in (arrived["Subject"], plain, page):
        assert words.strip()
        assert ABSENT not in words
        assert "{" not in words.partition("</head>")[2] if words is page else "{" not in words
    assert arrived["Subject"].isascii() == (language == "en")
    assert ("您好" in plain) == (language == "zh-CN")
    assert f'<html lang="{language}">' in page


def test_there_is_an_example_for_every_template():
    assert {one.values[1].template for one in EXAMPLES} | {REMINDER} == set(MESSAGES)


def test_the_same_mail_has_the_same_message_id_and_another_one_another():
    ids = [
        as_it_arrives(one)["Message-ID"]
        for one in (
            a_mail(),
            a_mail(message_id=UUID(int=2), attempts=9, email="new@example.com"),
            a_mail("order_shipped"),
            a_mail(user_id=UUID(int=9)),
            a_mail(event_id=UUID(int=10)),
        )
    ]

    assert ids[0] == ids[1]
    assert len(set(ids)) == 4


def test_a_long_domain_leaves_the_message_id_whole():
    domain = "mail.of-a-company-with-a-rather-long-name.subsidiary.example.com.cn"

    assert as_it_arrives(a_mail(), domain)["Message-ID"].endswith(f"@{domain}>")


def test_what_somebody_wrote_is_text_in_the_page():
    facts = {"number": "DD-1", "reason": "<script>alert(1)</script>{name}\nBcc: x@example.com"}

    arrived = as_it_arrives(a_mail("order_rejected", facts, name="<b>王</b>"))

    page = arrived.get_body(["html"]).get_content()
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page
    assert arrived["Bcc"] is None


def test_each_failure_waits_twice_as_long_up_to_a_limit_and_then_it_is_given_up():
    patience = Patience(attempts_max=5, pause_seconds=10, pause_seconds_max=35)

    ends = [
        settle(Outcome(a_mail(attempts=attempts), Verdict.FAILED), NOW, patience)
        for attempts in range(1, 6)
    ]

    assert [(one.due_at - NOW).seconds for one in ends] == [10, 20, 35, 35, 0]
    assert [one.status for one in ends] == ["DUE"] * 4 + ["GIVEN_UP"]


def test_what_was_not_tried_costs_no_attempt():
    end = settle(Outcome(a_mail(attempts=3), Verdict.UNTRIED), NOW, Patience(3, 1, 1))

    assert (end.status, end.attempts, end.due_at) == ("DUE", 2, NOW)


@pytest.mark.parametrize(
    "others",
    [
        {"mail_sender": "nobody"},
        {"mail_username": "me"},
        {"mail_username": "me", "mail_password": "secret", "mail_tls": "none"},
    ],
)
def test_half_a_configuration_is_refused_at_the_start(others):
    whole = {
        "postgres_dsn": "postgresql://x/y",
        "kafka_bootstrap_servers": "x",
        "port": 1,
        "jwks_path": "x",
        "mail_host": "smtp.example.com",
        "mail_sender": SENDER,
    }

    assert Settings(**whole).mail_address == "no-reply@example.com"
    with pytest.raises(ValidationError, match="mail_"):
        Settings(**(whole | others))
