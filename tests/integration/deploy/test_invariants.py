"""Every invariant sees the fault that it is there for: each is planted once in a real database."""

from uuid import uuid4

import asyncpg
import pytest

from chassis.consumer import Dispatch
from chassis.ids import uuid7
from deploy.ctl.accepted import Accepted
from deploy.ctl.deliveries import INBOX, STORIES, Delivered, every_delivery, subscribed
from deploy.ctl.invariants import INVARIANTS, Comparison, Invariant
from deploy.ctl.looking import Finding, ask
from deploy.ctl.verify import report
from deploy.postgres import roles
from gateway.consumers import SUBSCRIPTIONS as GATEWAY_SUBSCRIPTIONS
from services.reports.consumers import SUBSCRIPTIONS
from tests.builders.events import Story, a_delivery

HOUSE, ELSEWHERE, ORDER, DEALER = uuid4(), uuid4(), uuid4(), uuid4()
STOCK = f"""
    INSERT INTO warehouses (warehouse_id, code, name, mode, one_person)
    VALUES ('{HOUSE}', 'GZ', '广州', 'MANUAL', false);
"""
A_SECOND_PART = f"""
    UPDATE fulfilments SET parts = 2;
    INSERT INTO fulfilments (order_id, part_of, number, dealer_id, warehouse_id, state)
    VALUES (gen_random_uuid(), '{ORDER}', 'XS-1', '{DEALER}', '{HOUSE}', 'FIRM');
"""
ON_HAND = (
    STOCK
    + f"""
    INSERT INTO stock VALUES ('{HOUSE}', 'A', 5, 5);
    INSERT INTO stock_moves VALUES (gen_random_uuid(), 1, 'INBOUND', '{HOUSE}', 'A', 5, now());
    INSERT INTO fulfilments (order_id, number, dealer_id, warehouse_id, state)
    VALUES ('{ORDER}', 'XS-1', '{DEALER}', '{HOUSE}', 'FIRM');
    INSERT INTO fulfilment_lines (order_id, line_no, sku, quantity) VALUES ('{ORDER}', 1, 'A', 5);
"""
)
BY_LOT = "INSERT INTO products VALUES ('A', 1, '奶粉', '罐', 'ACTIVE', true);"
STATED = {
    "terms": "'{}'",
    "lines": "'[]'",
    "shipments": "'[]'",
    "version": "1",
    "phase": "'FORWARD'",
    "at": "'confirmation'",
    "about": "''",
    "reached": "0",
    "attempt": "0",
    "holds": "'{}'",
    "credit": "'UNKNOWN'",
    "over_limit_approved": "false",
    "stock": "'UNKNOWN'",
    "released": "false",
    "started": "false",
    "put_back_awaited": "false",
    "fulfilment_revision": "0",
    "funds_revision": "0",
    "covered_minor": "0",
    "returned_minor": "0",
    "order_id": f"'{ORDER}'",
    "number": "'XS-1'",
    "dealer_id": f"'{DEALER}'",
    "placed_by": "gen_random_uuid()",
    "on_behalf": "false",
    "warehouse_id": f"'{HOUSE}'",
    "submitted_at": "now() - interval '1 hour'",
    "status": "'PENDING_CONFIRMATION'",
    "queue": "'SAL'",
}
ACCOUNT = f"""
    INSERT INTO accounts VALUES ('{DEALER}', 'JXS-1', '恒泰', NULL, 1000, 0, 0, 0, 0, 0, 1, 1);
"""


def an_order(**changes):
    row = STATED | {name: str(value) for name, value in changes.items()}
    return f"INSERT INTO orders ({', '.join(row)}) VALUES ({', '.join(row.values())});"


def an_announcement(sequence):
    return f"""
        INSERT INTO outbox (message_id, type, topic, partition, key, sequence, body)
        VALUES (first_uuid7(now()), 'orders.order-confirmed.v1', 'orders.events', 0, '\\x01',
                {sequence}, '');
    """


def an_answer(key, order_id, *, route="/orders"):
    return f"""
        INSERT INTO idempotency (scope, key, request_hash, status, answer)
        VALUES ('d POST {route}', '{key}', '', 201,
                convert_to('{{"orders":[{{"order_id":"{order_id}"}}]}}', 'UTF8'));
    """


def a_document(kind, status, received="NULL"):
    """Of five pieces that moved nothing."""
    sent = "gen_random_uuid()" if status == "IN_TRANSIT" else "NULL"
    on_its_way = status == "IN_TRANSIT"
    target = f"'{ELSEWHERE}'" if on_its_way else "NULL"
    source = "NULL" if on_its_way else "'厂家'"
    return f"""
        INSERT INTO warehouses (warehouse_id, code, name, mode, one_person)
        VALUES ('{ELSEWHERE}', 'BJ', '北京仓', 'MANUAL', false);
        INSERT INTO stock_documents
            (document_id, kind, number, warehouse_id, to_warehouse_id, status, note, author_ids,
             drafted_at, posted_by, posted_at, source, expected_on, version)
        VALUES ('{ORDER}', '{kind}', 'D-1', '{HOUSE}', {target}, '{status}', '',
                ARRAY[gen_random_uuid()], now(), {sent}, {"now()" if on_its_way else "NULL"},
                {source}, now(), 1);
        INSERT INTO stock_document_lines (document_id, line_no, sku, quantity, received)
        VALUES ('{ORDER}', 1, 'A', 5, {received});
    """


PLANTED = [
    ("inventory", "I-1", ON_HAND + "UPDATE stock SET reserved = 6"),
    ("inventory", "R3", ON_HAND + "UPDATE stock SET reserved = 6"),
    ("inventory", "I-2", ON_HAND + "UPDATE stock SET reserved = 4"),
    ("inventory", "I-1", ON_HAND + "UPDATE stock SET reserved = 4, in_doubt = 1"),
    ("inventory", "I-2", ON_HAND + "UPDATE stock SET backordered = 1"),
    ("inventory", "I-3", ON_HAND + "UPDATE fulfilments SET state = 'SHIPPED'"),
    ("inventory", "I-3", ON_HAND + "UPDATE fulfilment_lines SET closed = 3, picked = 3"),
    ("inventory", "P-17", ON_HAND + "UPDATE fulfilments SET parts = 2"),
    ("inventory", "P-17", ON_HAND + A_SECOND_PART),
    ("inventory", "I-4", ON_HAND + "UPDATE fulfilment_lines SET picked = 5, shipped = 5"),
    ("inventory", "I-5", ON_HAND + "UPDATE stock SET on_hand = 6"),
    ("inventory", "P-24", ON_HAND + f"INSERT INTO stowed VALUES ('{HOUSE}', 'A', '', '', 4)"),
    ("inventory", "P-24", ON_HAND + BY_LOT),
    ("inventory", "P-24", ON_HAND + f"INSERT INTO picked_from VALUES ('{ORDER}', 1, '', '', 1)"),
    (
        "inventory",
        "P-24",
        ON_HAND
        + """
        INSERT INTO stowed_moves (document_id, line_no, sku, bin, lot, quantity)
        SELECT document_id, line_no, sku, '', '', quantity - 1 FROM stock_moves
        """,
    ),
    ("inventory", "F-25", ON_HAND + a_document("TRANSFER", "IN_TRANSIT")),
    ("inventory", "F-67", ON_HAND + a_document("ARRIVAL", "EXPECTED", received=1)),
    ("billing", "I-6", ACCOUNT + "UPDATE accounts SET wallet_minor = 1"),
    ("billing", "I-7", ACCOUNT + "UPDATE accounts SET held_minor = 1001"),
    (
        "billing",
        "I-9",
        f"""
        INSERT INTO receipts (receipt_id, number, dealer_id, method, amount_minor, allocated_minor,
                              state, received_on, note, recorded_by, version)
        VALUES (gen_random_uuid(), 'SK-1', '{DEALER}', 'CASH', 10, 10, 'CONFIRMED', now(), '',
                gen_random_uuid(), 1)
        """,
    ),
    (
        "billing",
        "I-10",
        f"""
        INSERT INTO order_accounts (order_id, dealer_id, number, total_minor, credit_minor, state,
                                    due_minor, held_minor, covered_minor, invoiced_minor,
                                    returned_minor, payment_status, revision)
        VALUES ('{ORDER}', '{DEALER}', 'XS-1', 9, 0, 'OPEN', 9, 0, 9, 0, 0, 'PAID', 1)
        """,
    ),
    (
        "billing",
        "I-11",
        f"""
        INSERT INTO receipts (receipt_id, number, dealer_id, method, reference, amount_minor,
                              allocated_minor, state, received_on, note, recorded_by, version)
        SELECT gen_random_uuid(), 'SK-' || n, '{DEALER}', 'ALIPAY', 'trade-7', 10, 0, 'CONFIRMED',
               now(), '', gen_random_uuid(), 1
        FROM generate_series(1, 2) AS n
        """,
    ),
    (
        "billing",
        "R2",
        f"""
        INSERT INTO invoices
        SELECT gen_random_uuid(), 'FP-' || n, '{ORDER}', 'XS-1', '{DEALER}', '{ORDER}', 1, 0, 1,
               now()
        FROM generate_series(1, 2) AS n
        """,
    ),
    (
        "billing",
        "R5",
        f"""
        INSERT INTO entries (transaction_id, kind, code, dealer_id, document_id, amount_minor)
        VALUES (gen_random_uuid(), 'RECEIPT', 'cash', '{DEALER}', gen_random_uuid(), 7)
        """,
    ),
    (
        "billing",
        "V-7",
        f"""
        INSERT INTO invoices
        VALUES ('{ORDER}', 'FP-1', '{ORDER}', 'XS-1', '{DEALER}', '{ORDER}', 8, 1, 9, now());
        INSERT INTO invoice_lines VALUES ('{ORDER}', 1, '{DEALER}', 'A', 3, 8, 1, 9);
        INSERT INTO credit_notes (credit_note_id, number, dealer_id, invoice_id, order_id,
                                  net_minor, tax_minor, gross_minor, reason, state,
                                  requested_by, version)
        VALUES ('{ORDER}', 'HZ-1', '{DEALER}', '{ORDER}', '{ORDER}', 7, 1, 8, '', 'REQUESTED',
                gen_random_uuid(), 1);
        INSERT INTO credit_note_lines VALUES ('{ORDER}', 1, '{DEALER}', 'A', 3, 7, 1, 8)
        """,
    ),
    ("billing", "F-27", "INSERT INTO document_numbers VALUES ('FP-2611', 1)"),
    (
        "orders",
        "I-8",
        an_order(total_minor=11)
        + """
        UPDATE orders
        SET lines = '[{"line_no": 1, "net_minor": 9, "tax_minor": 1, "gross_minor": 10}]'
        """,
    ),
    (
        "orders",
        "I-3",
        an_order(lines="""'[{"line_no": 1, "quantity": 5, "picked": 3, "backordered": 3}]'"""),
    ),
    ("orders", "I-4", an_order(lines="'[]'")),
    (
        "orders",
        "I-4",
        an_order(
            lines="""'[{"line_no": 1, "quantity": 2, "picked": 1, "shipped": 2, "delivered": 0,
                        "received": 0}]'"""
        ),
    ),
    ("orders", "I-12", an_order(queue="NULL")),
    ("orders", "R1", an_answer("k", uuid4())),
    ("orders", "R1", an_answer("k", uuid4(), route="/carts/{cart_id}/submit")),
    ("orders", "R2", an_order() + an_answer("k1", ORDER) + an_answer("k2", ORDER)),
    ("orders", "R4", an_order(deadline="now() - interval '3 minutes'")),
    ("orders", "R4", an_order(phase="'COMPLETED'")),
    ("orders", "R7", an_announcement(1) + an_announcement(3)),
    ("orders", "R7", an_announcement(2) + an_announcement(1)),
    ("orders", "R6", an_announcement(1)),
    (
        "orders",
        "R6",
        "INSERT INTO parked_keys (key, error) VALUES ('\\x01', 'ValueError')",
    ),
]

TO_REPORTS = Delivered("reports", subscribed("reports"), INBOX)
COMPLETED = an_order(phase="'COMPLETED'", status="'COMPLETED'", total_minor=10, covered_minor=10)
A_LINE = """
    UPDATE orders SET lines = '[{"line_no": 1, "quantity": 5, "shipped": 5, "received": 5}]';
"""
UNDONE = an_order(phase="'UNDONE'", status="'CANCELLED'", stock="'RELEASED'", credit="'RELEASED'")
AN_INVOICE = f"""
    INSERT INTO invoices
    VALUES (gen_random_uuid(), 'FP-1', '{ORDER}', 'XS-1', '{DEALER}', gen_random_uuid(), 9, 0, 9,
            now());
"""
AN_ORDER_ACCOUNT = f"""
    INSERT INTO order_accounts (order_id, dealer_id, number, total_minor, credit_minor, state,
                                due_minor, held_minor, covered_minor, invoiced_minor,
                                returned_minor, payment_status, revision)
    VALUES ('{ORDER}', '{DEALER}', 'XS-1', 9, 9, 'OPEN', 9, 4, 9, 0, 0, 'PAID', 1);
"""

LEFT = f"""
    INSERT INTO dealers (dealer_id, code, credit_code, name, province, city, contact_name, phone,
                         status, tier, terms, credit_limit_minor, warehouse_id, version)
    VALUES ('{DEALER}', 'JXS-1', 'X', '恒泰', '浙江省', '杭州市', '', '', 'EXITED', 'CITY', '{{}}',
            0, '{HOUSE}', 9);
"""
KNOWN = f"""
    INSERT INTO dealers (dealer_id, version, name, status, terms, warehouse_id)
    VALUES ('{DEALER}', 9, '恒泰', 'EXITED', '{{}}', '{HOUSE}');
"""

PLANTED_BETWEEN = [
    ("holds no stock, and a completed one", {"orders": UNDONE, "inventory": ON_HAND}),
    ("holds no stock, and a completed one", {"orders": COMPLETED}),
    ("left the warehouse exactly", {"orders": COMPLETED + A_LINE, "inventory": ON_HAND}),
    ("invoiced once, to the cent", {"orders": COMPLETED, "billing": AN_INVOICE}),
    ("invoiced once, to the cent", {"orders": COMPLETED, "billing": AN_INVOICE * 2}),
    ("agree on what covers", {"orders": COMPLETED, "billing": AN_ORDER_ACCOUNT}),
    ("holds no credit and no money", {"orders": UNDONE, "billing": AN_ORDER_ACCOUNT}),
    ("has left has no open order", {"dealers": LEFT, "orders": KNOWN + an_order()}),
]


@pytest.fixture
async def databases(postgres, dealers_db, orders_db, inventory_db, billing_db, reports_db):
    """Superuser connections to the databases of this test, without the guards of their schemas."""
    pools = {
        "dealers": dealers_db,
        "orders": orders_db,
        "inventory": inventory_db,
        "billing": billing_db,
        "reports": reports_db,
    }
    open_ones = {}
    for service, pool in pools.items():
        name = await pool.fetchval("SELECT current_database()")
        open_ones[service] = await asyncpg.connect(roles.dsn_of(postgres, name))
        await open_ones[service].execute(UNGUARDED)
    yield open_ones
    for connection in open_ones.values():
        await connection.close()


UNGUARDED = """
    DO $$
    DECLARE
        guard record;
    BEGIN
        FOR guard IN
            SELECT conrelid::regclass AS t, conname FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u')
        LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', guard.t, guard.conname);
        END LOOP;
        DROP INDEX IF EXISTS receipts_by_reference;
        SET session_replication_role = 'replica';
    END $$;
"""


async def test_every_planted_fault_is_found(databases):
    """I-1…I-12: each is broken by hand, and each breach is told."""
    missed = []

    for database, id_, fault in PLANTED:
        planting = databases[database].transaction()
        await planting.start()
        await databases[database].execute(fault)
        if not await violated(databases, database, id_):
            missed.append((database, id_, fault))
        await planting.rollback()

    assert missed == []


async def violated(databases, database, id_):
    return [
        one.sentence
        for one in INVARIANTS
        if isinstance(one, Invariant)
        and (one.id, one.database) == (id_, database)
        and (await ask(databases, one)).violations
    ]


def test_every_invariant_of_a_database_has_its_planted_fault():
    asked = {(one.database, one.id) for one in INVARIANTS if isinstance(one, Invariant)}
    planted = {(database, id_) for database, id_, _ in PLANTED}

    assert {pair for pair in asked if pair[0] in {"orders", "inventory", "billing"}} - planted == {
        ("inventory", "R6"),
        ("billing", "R6"),
    }


async def test_an_empty_installation_violates_nothing(databases):
    for question in INVARIANTS:
        if isinstance(question, Invariant) and question.database in databases:
            assert (await ask(databases, question)).violations == 0, question.sentence


async def test_what_two_services_tell_differently_is_found(databases):
    missed = []

    for words, faults in PLANTED_BETWEEN:
        plantings = [databases[name].transaction() for name in faults]
        for planting in plantings:
            await planting.start()
        for name, fault in faults.items():
            await databases[name].execute(fault)
        found = await ask(databases, comparison(words))
        if (found.looked, found.violations) != (1, 1):
            missed.append((words, faults))
        for planting in plantings:
            await planting.rollback()

    assert missed == []


def comparison(words):
    (question,) = (q for q in INVARIANTS if isinstance(q, Comparison) and words in q.sentence)
    return question


def test_every_comparison_has_its_planted_fault():
    planted = {comparison(words).sentence for words, _ in PLANTED_BETWEEN}

    assert {one.sentence for one in INVARIANTS if isinstance(one, Comparison)} == planted


async def test_an_order_that_a_client_saw_accepted_and_that_is_lost_is_named(databases):
    await databases["orders"].execute(an_order())
    lost = uuid4()

    finding = await ask(databases, Accepted(frozenset({ORDER, lost})))

    assert (finding.id, finding.looked, list(finding.offenders)) == ("R1", 2, [str(lost)])


async def test_a_message_that_a_subscriber_never_handled_is_named(databases, reports_db):
    told, lost = a_delivery(Story().confirmed()), a_delivery(Story().confirmed())
    for one in (told, lost):
        await databases["orders"].execute(
            """
            INSERT INTO outbox (message_id, type, topic, partition, key, body)
            VALUES ($1, $2, 'orders.events', 0, $3, $4)
            """,
            one.message_id,
            one.type,
            one.key,
            one.body,
        )
    await Dispatch(reports_db, SUBSCRIPTIONS).deliver([told])

    finding = await ask(databases, TO_REPORTS)

    assert finding.looked == 2
    assert list(finding.offenders) == [str(lost.message_id)]


async def test_of_what_only_people_do_it_is_asked_whether_it_was_written_down(
    databases, gateway_db
):
    """R6: the audit log takes what somebody did, and leaves out what followed from it."""
    done, lost, followed = (a_delivery(Story().confirmed(), uuid4()) for _ in range(3))
    for one, cause in ((done, None), (lost, None), (followed, uuid4())):
        await databases["orders"].execute(
            """
            INSERT INTO outbox (message_id, type, topic, partition, key, body, actor, cause)
            VALUES ($1, $2, 'orders.events', 0, $3, $4, 'user:somebody', $5)
            """,
            one.message_id,
            one.type,
            one.key,
            one.body,
            cause,
        )
    await Dispatch(gateway_db, GATEWAY_SUBSCRIPTIONS).deliver([done])
    to_gateway = next(one for one in every_delivery() if one.service == "gateway")

    finding = await ask({**databases, "gateway": gateway_db}, to_gateway)

    assert (finding.looked, list(finding.offenders)) == (2, [str(lost.message_id)])


async def test_an_event_that_fell_out_of_a_story_is_named(databases, reports_db):
    delivery = a_delivery(Story().confirmed())
    await databases["orders"].execute(
        """
        INSERT INTO outbox (message_id, type, topic, partition, key, body)
        VALUES ($1, $2, 'orders.events', 0, $3, $4)
        """,
        delivery.message_id,
        delivery.type,
        delivery.key,
        delivery.body,
    )
    await Dispatch(reports_db, SUBSCRIPTIONS).deliver([delivery])
    stories = next(one for one in every_delivery() if one.holding is STORIES)
    assert (await ask(databases, stories)).violations == 0

    await reports_db.execute("DELETE FROM order_events")

    assert list((await ask(databases, stories)).offenders) == [str(delivery.message_id)]


async def test_what_nobody_can_read_is_no_loss_and_no_forgery_once_it_is_a_dead_letter(
    databases, reports_db
):
    told = a_delivery(Story().confirmed())
    spoiled = told._replace(message_id=uuid7(), body=b"no JSON", offset=7)
    await Dispatch(reports_db, SUBSCRIPTIONS, service="reports").deliver([spoiled])

    finding = await ask(databases, TO_REPORTS)

    assert finding.offenders == {}
    assert await reports_db.fetchval("SELECT count(*) FROM outbox WHERE topic = 'reports.dlq'") == 1


async def test_a_message_that_nobody_announced_is_named(databases, reports_db):
    forged = a_delivery(Story().confirmed())
    await Dispatch(reports_db, SUBSCRIPTIONS).deliver([forged])

    finding = await ask(databases, TO_REPORTS)

    assert list(finding.offenders) == [str(forged.message_id)]


def test_what_was_on_its_way_is_no_violation_when_it_has_arrived():
    before = Finding("R3", "…", 2, {"a": "late", "b": "wrong"}, 2)
    after = Finding("R3", "…", 3, {"b": "wrong", "c": "late"}, 2)

    assert after.still(before).offenders == {"b": "wrong"}


@pytest.mark.parametrize(
    ("looked", "violations", "must_look", "code"),
    [(5, 0, True, 0), (5, 1, False, 1), (0, 0, False, 0), (0, 0, True, 1)],
)
def test_the_exit_code_tells(looked, violations, must_look, code, capsys):
    finding = Finding("I-1", "…", looked, {"x": "y"} if violations else {}, violations)

    assert report([finding], must_look=must_look) == code
    assert ("VERIFY OK" in capsys.readouterr().out) == (code == 0)


def test_a_service_names_what_it_subscribes_to():
    assert "orders.order-confirmed.v1" in subscribed("notify")
    assert "orders.order-confirmed.v1" not in subscribed("dealers")
