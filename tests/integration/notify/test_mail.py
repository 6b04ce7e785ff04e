"""E-mail on a real PostgreSQL and a real SMTP server: one that is down, refuses, or dies."""

import asyncio
import ssl
import tempfile
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from aiosmtpd.smtp import AuthResult

from chassis import outbox
from chassis.auth import Role
from chassis.consumer import Dispatch
from chassis.db import transaction
from chassis.envelope import Delivery
from chassis.pages import PageRequest
from chassis.relay import relay_once
from chassis.republish import republish
from chassis.service import make_runtime
from services.notify import commands, queries
from services.notify.app import SERVICE
from services.notify.consumers import SUBSCRIPTIONS
from services.notify.domain import Outcome, Verdict
from services.notify.mailing import post, send_due, send_mail
from tests.builders.chassis import Broker
from tests.builders.edge import an_actor, serving, settings_of
from tests.builders.events import Story, a_delivery
from tests.builders.post_office import PostOffice, a_certificate, a_reader

WRONG_PASSWORD = {"mail_password": "guess"}
SECONDS_MAX = 20


def soon(**later):
    """Now, or later than now, as the worker's clock shows it."""
    return datetime.now(UTC) + timedelta(**later)


@pytest.fixture
def office():
    return PostOffice()


@pytest.fixture
async def runtime(notify_db, office):
    """A worker that would post at the office; e-mail is on."""
    async with transaction(notify_db) as tx:
        await commands.switch_mail(tx, on=True)
    with tempfile.TemporaryDirectory() as folder:
        yield make_runtime(SERVICE, mail_settings(folder, office), notify_db, asyncio.Event())


def mail_settings(folder, office, **others):
    facts = {
        "mail_host": "127.0.0.1",
        "mail_port": office.port,
        "mail_tls": "none",
        "mail_sender": "渠道 <no-reply@example.com>",
        "mail_timeout_seconds": 5,
        "mail_poll_seconds": 0.05,
        "mail_attempts_max": 3,
        "quiet_from_hour": 0,
        "quiet_until_hour": 0,
    }
    return settings_of(SERVICE, folder, **(facts | others))


@pytest.fixture
def follow(notify_db):
    dispatch = Dispatch(notify_db, SUBSCRIPTIONS)

    async def deliver(*events):
        for event in events:
            await dispatch.deliver([a_delivery(event)])

    return deliver


@pytest.fixture
async def story(follow):
    """An order whose dealer has one user with a mailbox."""
    story = Story()
    story.user_id = uuid4()
    await follow(a_reader(story.user_id, story.dealer_id))
    return story


async def standing(db):
    """Status and attempts of the mails, in the order of their messages."""
    rows = await db.fetch("SELECT status, attempts FROM mails ORDER BY message_id, user_id")
    return [tuple(row) for row in rows]


async def work_of_the_administrator(db):
    page = await queries.open_todos(db, an_actor(Role.ADM), None, PageRequest(None, 50))
    return [todo.title_zh for todo in page.items]


async def test_every_user_of_the_dealer_is_written_to_in_his_language(office, runtime, follow):
    story = Story()
    await follow(
        a_reader(uuid4(), story.dealer_id, "wang@example.com"),
        a_reader(uuid4(), story.dealer_id, "smith@example.com", name="Smith", language="en"),
        a_reader(uuid4(), story.dealer_id, None),
        a_reader(uuid4(), story.dealer_id, "gone@example.com", active=False),
        a_reader(uuid4(), uuid4(), "stranger@example.com"),
        story.confirmed(),
    )

    async with office.open():
        assert await send_due(runtime, soon()) == 2

    words = {letter["To"]: letter for letter in office.letters}
    assert sorted(words) == ["smith@example.com", "wang@example.com"]
    chinese, english = words["wang@example.com"], words["smith@example.com"]
    assert (chinese["Subject"], english["Subject"]) == ("订单已确认", "Order confirmed")
    assert chinese["From"] == "渠道 <no-reply@example.com>"
    plain, page = (chinese.get_body([kind]).get_content() for kind in ("plain", "html"))
    sentence = "订单 DD-2611-000001 已确认，合计 ¥1,000.00，发货前应付 ¥1,000.00。"
    assert sentence in plain
    assert sentence in page
    assert "王伟，您好：" in plain
    assert "Dear Smith," in english.get_body(["plain"]).get_content()


async def test_without_a_mail_server_there_is_the_message_and_no_mail(notify_db, follow):
    story = Story()

    await follow(a_reader(uuid4(), story.dealer_id), story.confirmed())

    assert await standing(notify_db) == []
    assert await notify_db.fetchval("SELECT count(*) FROM messages") == 1


async def test_a_replay_of_the_whole_history_sends_nothing(notify_db, office, runtime):
    """F-80: also when the inbox has forgotten what it saw."""
    story = Story()
    history = [a_delivery(a_reader(uuid4(), story.dealer_id))]
    history += [a_delivery(event) for event in story.whole_life()]
    dispatch = Dispatch(notify_db, SUBSCRIPTIONS)

    async with office.open():
        await dispatch.deliver(history)
        first = await send_due(runtime, soon())
        await notify_db.execute("DELETE FROM inbox")
        for delivery in history:
            await dispatch.deliver([delivery])
        again = await send_due(runtime, soon(days=1))

    assert (first, again) == (4, 0)
    assert set(office.copies.values()) == {1}


async def test_what_an_owner_publishes_again_is_not_sent_again(
    notify_db, orders_db, office, runtime, story
):
    """F-80: `python -m services.orders republish`, into an inbox that was emptied."""
    start = soon(seconds=-1)
    dispatch = Dispatch(notify_db, SUBSCRIPTIONS)
    await published(orders_db, story.confirmed(), story.shipped())

    async with office.open():
        for _ in range(2):
            await dispatch.deliver(await republished(orders_db, start))
            await send_due(runtime, soon())
            await notify_db.execute("DELETE FROM inbox")

    assert len(office.letters) == 2
    assert set(office.copies.values()) == {1}


async def test_a_replay_sends_nothing_to_a_mailbox_that_came_after_the_message(notify_db, runtime):
    story, dispatch = Story(), Dispatch(notify_db, SUBSCRIPTIONS)
    confirmed = a_delivery(story.confirmed())
    await dispatch.deliver([confirmed])
    await dispatch.deliver([a_delivery(a_reader(uuid4(), story.dealer_id))])

    await notify_db.execute("DELETE FROM inbox")
    await dispatch.deliver([confirmed])

    assert await standing(notify_db) == []


async def test_what_happened_before_mail_was_switched_on_is_told_and_not_sent(notify_db, office):
    """F-80: a database that is built anew from the log starts like this."""
    story = Story()
    past = [a_delivery(a_reader(uuid4(), story.dealer_id))]
    past += [a_delivery(event) for event in story.whole_life()]
    await asyncio.sleep(0.01)  # another millisecond than that of the past
    async with transaction(notify_db) as tx:
        await commands.switch_mail(tx, on=True)

    await Dispatch(notify_db, SUBSCRIPTIONS).deliver(past)

    assert await notify_db.fetchval("SELECT count(*) FROM messages") == 4
    assert await standing(notify_db) == []


async def test_mail_waits_for_a_server_that_is_down_ever_longer(
    notify_db, office, runtime, story, follow
):
    await follow(story.confirmed())

    await send_due(runtime, soon())
    assert await standing(notify_db) == [("DUE", 1)]
    assert await send_due(runtime, soon(seconds=25)) == 0
    await send_due(runtime, soon(seconds=31))
    assert await send_due(runtime, soon(seconds=31 + 55)) == 0
    async with office.open():
        await send_due(runtime, soon(seconds=31 + 61))

    assert office.addresses == ["wang@example.com"]
    assert await standing(notify_db) == [("SENT", 3)]


async def test_mail_is_given_up_in_the_end_and_an_administrator_knows(
    notify_db, office, runtime, story, follow
):
    await follow(story.confirmed(), story.shipped())
    for day in range(3):
        await send_due(runtime, soon(days=day))

    assert await standing(notify_db) == [("GIVEN_UP", 3)] * 2
    (title,) = await work_of_the_administrator(notify_db)
    assert title.startswith("邮件发送失败：请检查邮件服务器（")
    assert await send_due(runtime, soon(days=9)) == 0

    await follow(story.received())
    async with office.open():
        await send_due(runtime, soon(days=9))
    assert await work_of_the_administrator(notify_db) == []


async def test_a_refused_address_is_given_up_at_once_and_the_others_are_served(
    notify_db, office, runtime, follow
):
    story, user_id = Story(), uuid4()
    await follow(
        a_reader(user_id, story.dealer_id, "nobody@example.com", name="李四"),
        a_reader(uuid4(), story.dealer_id, "wang@example.com"),
        story.confirmed(),
    )
    office.refusals["nobody@example.com"] = "550 5.1.1 no such user"

    async with office.open():
        await send_due(runtime, soon())

    assert office.addresses == ["wang@example.com"]
    assert sorted(await standing(notify_db)) == [("GIVEN_UP", 1), ("SENT", 1)]
    assert await work_of_the_administrator(notify_db) == [
        "邮件被拒收：李四（nobody@example.com）的邮箱需更正（550 5.1.1 no such user）"
    ]

    await follow(a_reader(user_id, story.dealer_id, "li@example.com", 2))
    assert await work_of_the_administrator(notify_db) == []


async def test_a_refusal_for_now_is_tried_again(notify_db, office, runtime, story, follow):
    await follow(story.confirmed())
    office.refusals["wang@example.com"] = "450 4.2.0 greylisted"

    async with office.open():
        await send_due(runtime, soon())
        refused = await standing(notify_db)
        office.refusals.clear()
        await send_due(runtime, soon(seconds=31))

    assert refused == [("DUE", 1)]
    assert await standing(notify_db) == [("SENT", 2)]


async def test_a_server_that_dies_in_the_middle_gets_the_rest_later(
    notify_db, office, runtime, story, follow
):
    await follow(story.confirmed(), story.shipped(), story.received())
    office.deaths[2] = "before"

    async with office.open():
        await send_due(runtime, soon())
        after_death = await standing(notify_db)
        await send_due(runtime, soon(seconds=31))

    assert after_death == [("SENT", 1), ("DUE", 1), ("DUE", 0)]
    assert await standing(notify_db) == [("SENT", 1), ("SENT", 2), ("SENT", 1)]
    assert sorted(office.copies.values()) == [1, 1, 1]


async def test_what_a_dying_server_had_taken_comes_again_with_the_same_message_id(
    notify_db, office, runtime, story, follow
):
    await follow(story.confirmed())
    office.deaths[1] = "after"

    async with office.open():
        await send_due(runtime, soon())
        await send_due(runtime, soon(seconds=31))

    assert list(office.copies.values()) == [2]
    assert await standing(notify_db) == [("SENT", 2)]


async def test_mail_of_a_worker_that_died_is_sent_by_another_with_the_same_message_id(
    notify_db, office, runtime, story, follow
):
    await follow(story.confirmed())
    lease = timedelta(seconds=600)

    async with office.open():
        async with transaction(notify_db) as tx:
            mails = await commands.take_mails(tx, soon(), lease, 50)
        await post(runtime.settings, mails)  # and never settles
        meanwhile = await send_due(runtime, soon())
        await send_due(runtime, soon(seconds=601))

    assert meanwhile == 0
    assert list(office.copies.values()) == [2]
    assert await standing(notify_db) == [("SENT", 2)]


async def test_a_worker_that_comes_back_late_undoes_nothing_but_its_success_counts(
    notify_db, runtime, story, follow
):
    await follow(story.confirmed())
    lease, patience = timedelta(seconds=1), runtime.settings.mail_patience
    async with transaction(notify_db) as tx:
        [late] = await commands.take_mails(tx, soon(), lease, 50)
    async with transaction(notify_db) as tx:
        await commands.take_mails(tx, soon(seconds=2), lease, 50)

    standings = []
    for verdict in (Verdict.FAILED, Verdict.UNTRIED, Verdict.SENT, Verdict.REFUSED):
        async with transaction(notify_db) as tx:
            await commands.settle_mails(tx, [Outcome(late, verdict)], soon(), patience)
        standings += await standing(notify_db)

    assert standings == [("DUE", 2), ("DUE", 2), ("SENT", 1), ("SENT", 1)]
    assert await work_of_the_administrator(notify_db) == []


async def test_two_workers_at_once_send_each_mail_once(notify_db, office, runtime, story, follow):
    for _ in range(10):
        await follow(story.confirmed())

    async with office.open():
        await asyncio.gather(*(send_due(runtime, soon()) for _ in range(2)))

    assert len(office.letters) == 10
    assert set(office.copies.values()) == {1}


async def test_a_restored_database_sends_with_the_message_ids_of_before(
    notify_db, office, runtime, story
):
    """At least once: what a backup does not know of is sent again, and can be recognised."""
    delivery, dispatch = a_delivery(story.confirmed()), Dispatch(notify_db, SUBSCRIPTIONS)

    async with office.open():
        for _ in range(2):
            await dispatch.deliver([delivery])
            await send_due(runtime, soon())
            await notify_db.execute("DELETE FROM inbox; DELETE FROM mails; DELETE FROM messages")

    assert list(office.copies.values()) == [2]


async def test_what_somebody_switched_off_is_not_sent_to_him(
    notify_db, office, runtime, story, follow
):
    async with serving(SERVICE, notify_db) as api:
        reader = api(an_actor(Role.DLR, user_id=story.user_id, dealer_id=story.dealer_id))
        colleague = api(an_actor(Role.DLR, dealer_id=story.dealer_id))
        path = "/messages/preferences/order_confirmed"

        await follow(story.confirmed())  # queued, not sent yet
        off = await reader.put(path, json={"mail": False})
        again = await reader.put(path, json={"mail": False})
        others = (await colleague.get("/messages/preferences")).json()
        unknown = await reader.put("/messages/preferences/nothing", json={"mail": False})
        await follow(story.confirmed(), story.shipped())
        async with office.open():
            await send_due(runtime, soon())
            on = await reader.put(path, json={"mail": True})
            await follow(story.confirmed())
            await send_due(runtime, soon())

    def wanted(answer):
        return {one["template"]: one["mail"] for one in answer["templates"]}

    assert off.json() == again.json()
    assert off.json()["email"] == "wang@example.com"
    assert not wanted(off.json())["order_confirmed"]
    assert wanted(off.json())["order_shipped"]
    assert all(wanted(others).values())
    assert others["email"] is None
    assert unknown.status_code == 404
    assert wanted(on.json())["order_confirmed"]
    assert [one["Subject"] for one in office.letters] == ["订单已出库", "订单已确认"]
    assert sorted(await standing(notify_db)) == [("DROPPED", 1), ("SENT", 1), ("SENT", 1)]


async def test_mail_goes_to_the_mailbox_of_the_moment_or_nowhere(
    notify_db, office, runtime, story, follow
):
    await follow(story.confirmed(), a_reader(story.user_id, story.dealer_id, "new@example.com", 2))
    async with office.open():
        await send_due(runtime, soon())
        await follow(story.shipped(), a_reader(story.user_id, story.dealer_id, None, 3))
        await send_due(runtime, soon())

    assert office.addresses == ["new@example.com"]
    assert await standing(notify_db) == [("SENT", 1), ("DROPPED", 1)]


async def test_credentials_go_over_a_line_that_is_encrypted_and_known(
    notify_db, office, runtime, story, follow, tmp_path
):
    certificate = a_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    login = {"mail_tls": "starttls", "mail_username": "qudao", "mail_password": "secret"}
    knows = mail_settings(tmp_path, office, mail_ca_path=certificate, **login)
    wrong = mail_settings(tmp_path, office, mail_ca_path=certificate, **login | WRONG_PASSWORD)
    stranger = mail_settings(tmp_path, office, **login)
    await follow(story.confirmed())
    async with transaction(notify_db) as tx:
        mails = await commands.take_mails(tx, soon(), timedelta(seconds=600), 50)

    async with office.open(
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=lambda *args: AuthResult(
            success=args[-1].password == b"secret", handled=False
        ),
    ):
        [untrusted] = await post(stranger, mails)
        [locked_out] = await post(wrong, mails)
        [sent] = await post(knows, mails)

    assert untrusted.verdict is locked_out.verdict is Verdict.FAILED
    assert "certificate" in untrusted.reason.lower()
    assert "535" in locked_out.reason
    assert sent.verdict is Verdict.SENT
    assert len(office.letters) == 1


async def test_the_worker_sends_by_itself_and_wakes_the_relay(
    notify_db, office, runtime, story, follow
):
    async with office.open():
        worker = asyncio.create_task(send_mail(runtime))
        await follow(story.confirmed())
        async with asyncio.timeout(SECONDS_MAX):
            await office.arrived.wait()
            await runtime.committed.wait()
        worker.cancel()

    assert office.addresses == ["wang@example.com"]


async def test_a_worker_without_a_mail_server_switches_mail_off_and_ends(notify_db, tmp_path):
    async with transaction(notify_db) as tx:
        await commands.switch_mail(tx, on=True)
    silent = make_runtime(SERVICE, settings_of(SERVICE, tmp_path), notify_db, asyncio.Event())

    await asyncio.wait_for(send_mail(silent), SECONDS_MAX)

    assert await notify_db.fetchval("SELECT count(*) FROM mailing") == 0


async def published(db, *events):
    """Out by the owner's relay, as ever."""
    async with transaction(db) as tx:
        await outbox.add(tx, events)
    await relay_once(db, Broker())


async def republished(db, since):
    """What the broker has after `republish`, as its consumers get it."""
    broker = Broker()
    await republish(db, broker, since)
    return [
        Delivery(row["message_id"], row["type"], row["key"], row["body"]) for row in broker.rows
    ]


async def test_at_night_mail_waits_for_the_morning_and_the_message_does_not(
    notify_db, office, story, follow
):
    """F-80: quiet hours, by the clock of the business."""
    async with transaction(notify_db) as tx:
        await commands.switch_mail(tx, on=True)
    await follow(story.confirmed())
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    night = datetime.combine(tomorrow, time(14, 30), UTC)  # half past ten in Shanghai
    with tempfile.TemporaryDirectory() as folder:
        settings = mail_settings(folder, office, quiet_from_hour=22, quiet_until_hour=7)
        runtime = make_runtime(SERVICE, settings, notify_db, asyncio.Event())
        async with office.open():
            sent = [
                await send_due(runtime, night + timedelta(hours=hours)) for hours in (0, 3, 8, 9)
            ]

    assert sent == [0, 0, 0, 1]
    assert await notify_db.fetchval("SELECT count(*) FROM messages") == 1
