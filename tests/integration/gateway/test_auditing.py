"""The audit log hears what people do through any service, and forgets what is old."""

import asyncio
import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from chassis.auth import Role
from chassis.consumer import Dispatch
from chassis.db import transaction
from chassis.ids import uuid7
from deploy.postgres import roles
from gateway import queries
from gateway.audit import BEGINNING, Dated, Entry, breaks
from gateway.audit.requests import Asked
from gateway.consumers import SUBSCRIPTIONS
from gateway.store import audit
from gateway.verification import verify_audit_log
from tests.builders.events import Story, a_dealer_state, a_delivery, a_product_state
from tests.builders.gateway import Recorder, a_gateway, gateway_settings

LONG_AGO = datetime.now(UTC) - timedelta(days=400)
ANSWERS = ("ce_causationid", b"01930000-0000-7000-8000-000000000001")


@pytest.fixture
async def address(gateway_db, postgres):
    name = await gateway_db.fetchval("SELECT current_database()")
    return lambda role, password: roles.dsn_of(postgres, name, role=role, password=password)


async def deliver(db, *deliveries):
    await Dispatch(db, SUBSCRIPTIONS).deliver(deliveries)


def by_machine(delivery):
    return delivery._replace(headers=(*delivery.headers, ANSWERS))


async def entries(client, **asked):
    answer = await client.get("/api/v1/audit-log", params=asked)
    assert answer.status_code == 200, answer.text
    return [entry for entry in answer.json()["items"] if not entry["action"].startswith("session")]


async def test_what_a_person_did_is_found_by_person_dealer_document_and_time(gateway_db):
    """F-82: who placed an order, and for whom. Delivered twice, it stands once."""
    story = Story()
    async with a_gateway(gateway_db) as gateway:
        admin = await gateway.logged_in(Role.ADM)
        seller = await gateway.a_user(Role.SAL)
        told = a_delivery(story.submitted(on_behalf=True), seller.user_id)
        state = a_delivery(a_dealer_state(story.dealer_id, "佛山恒泰五金"))
        other = a_delivery(Story("DD-2611-000002").submitted(), uuid4())

        await deliver(gateway_db, state, told, told)
        await deliver(gateway_db, told, other)
        [entry] = await entries(admin, document=story.number)
        [of_person] = await entries(
            admin, actor=f"user:{seller.user_id}", action="orders.order-submitted"
        )
        [of_dealer] = await entries(admin, dealer_id=str(story.dealer_id))
        [of_time] = await entries(admin, subject_id=str(story.order_id), since=entry["at"])
        sheet = await admin.get(f"/api/v1/audit-log/export?document={story.number}")

    assert entry == of_person == of_dealer == of_time
    assert (entry["actor_name"], entry["dealer"]) == (seller.name, "佛山恒泰五金")
    assert entry["on_behalf_of"] == str(story.dealer_id)
    assert entry["title_zh"] == f"提交订单 {story.number}"
    assert entry["title_en"] == f"Order {story.number} was submitted"
    assert entry["link"] == f"/orders/{story.order_id}"
    [row] = csv.DictReader(io.StringIO(sheet.text.removeprefix("\ufeff")))
    assert (row["actor_name"], row["documents"]) == (seller.name, story.number)


async def test_what_follows_by_machine_is_left_out_before_anything_is_written(gateway_db):
    story, person = Story(), uuid4()
    confirmed = by_machine(a_delivery(story.confirmed(), person))

    await deliver(gateway_db, confirmed, a_delivery(story.completed()))

    assert await gateway_db.fetchval("SELECT count(*) FROM inbox") == 0
    assert await queries.audit_chain(gateway_db) == []


async def test_a_history_that_is_read_again_after_the_inbox_forgot_it_adds_nothing(gateway_db):
    told = a_delivery(Story().submitted(), uuid4())
    await deliver(gateway_db, told)
    await gateway_db.execute("DELETE FROM inbox")

    await deliver(gateway_db, told)

    assert len(await queries.audit_chain(gateway_db)) == 1


async def test_a_changed_state_tells_what_was_before_also_where_a_machine_changed_it_last(
    gateway_db,
):
    dealer_id, person = uuid4(), uuid4()
    states = [
        a_delivery(a_dealer_state(dealer_id, "旧名", 1)),
        by_machine(a_delivery(a_dealer_state(dealer_id, "旧名", 2, tier="PROVINCE"), person)),
        a_delivery(a_dealer_state(dealer_id, "新名", 3, tier="PROVINCE"), person),
        a_delivery(a_dealer_state(dealer_id, "更早", 2), person),
    ]
    for state in states:
        await deliver(gateway_db, state)
    products = [a_product_state("LOCK-1", "锁", 1), a_product_state("LOCK-1", "门锁", 2)]
    await deliver(gateway_db, *(a_delivery(one, person) for one in products))

    chain = await queries.audit_chain(gateway_db)
    changes = [(link.entry.action, link.entry.facts.get("before", {})) for link in chain]
    assert changes[0][0] == "dealers.dealer-state"
    assert changes[0][1].keys() == {"name", "warehouse_id"}
    assert changes[1:] == [
        ("catalog.product-state", {}),
        ("catalog.product-state", {"name": "锁"}),
    ]


async def test_who_got_an_answer_finds_his_request_in_the_log(gateway_db):
    """Where no event tells of it; what was refused changed nothing, and is not there."""
    service, refund_id = Recorder(), uuid4()
    path = f"/api/v1/refunds/{refund_id}/approve"
    async with a_gateway(gateway_db, upstream=service) as gateway:
        finance, admin = await gateway.logged_in(Role.FIN), await gateway.logged_in(Role.ADM)
        await finance.post(path, json={"note": "ok"})
        await finance.get("/api/v1/refunds")
        await finance.post("/api/v1/payments", json={})
        service.status = 409
        await finance.post(path, json={"note": "again"})
        found = [one for one in await entries(admin) if one["action"].startswith("refunds")]
        payments = [one for one in await entries(admin) if one["action"].startswith("payments")]

    [entry] = found
    assert (entry["title_zh"], entry["subject_id"]) == ("批准退款", str(refund_id))
    assert entry["facts"]["body"] == {"note": "ok"}
    assert payments == []
    assert breaks(BEGINNING, await queries.audit_chain(gateway_db)) == []


async def test_many_requests_at_once_stand_in_one_chain(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        diary = gateway.parts.diary
        await asyncio.gather(
            *(diary.note(Asked("user:x", "POST", "/warehouses", b"{}")) for _ in range(40))
        )

    chain = await queries.audit_chain(gateway_db)
    assert len(chain) == 40
    assert breaks(BEGINNING, chain) == []


async def aged(db, days):
    """Entries that are as old as that, oldest first."""
    told = [
        Dated(uuid7(), Entry("test", "test.aged", uuid4(), {}), datetime.now(UTC) - timedelta(one))
        for one in days
    ]
    async with transaction(db) as tx:
        await audit.record_once(tx, told)


async def test_old_entries_go_and_what_stays_is_still_proved(gateway_db, address, tmp_path):
    settings = gateway_settings(tmp_path, postgres_dsn=address("gateway", "service"))
    await aged(gateway_db, (500, 450, 420, 300, 410, 1))

    gone = [await audit.forget(gateway_db, LONG_AGO, 2) for _ in range(3)]
    await verify_audit_log(settings)
    await aged(gateway_db, (0,))
    await verify_audit_log(settings)

    assert gone == [2, 1, 0]
    assert len(await queries.audit_chain(gateway_db)) == 4
    owner = await asyncpg.connect(address("gateway_owner", "owner"))
    await owner.execute("DELETE FROM audit_log WHERE position = 4")
    await owner.close()
    with pytest.raises(SystemExit, match="at or before entry 5"):
        await verify_audit_log(settings)


async def test_all_may_go_and_the_chain_goes_on(gateway_db, address, tmp_path):
    settings = gateway_settings(tmp_path, postgres_dsn=address("gateway", "service"))
    await aged(gateway_db, (500, 450))

    assert await audit.forget(gateway_db, LONG_AGO, 10) == 2
    await verify_audit_log(settings)
    await aged(gateway_db, (0,))
    await verify_audit_log(settings)


async def test_nobody_makes_the_log_forget_what_is_recent(gateway_db):
    await aged(gateway_db, (100,))

    with pytest.raises(asyncpg.RaiseError):
        await audit.forget(gateway_db, datetime.now(UTC), 10)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await gateway_db.execute("UPDATE audit_base SET position = 1")
