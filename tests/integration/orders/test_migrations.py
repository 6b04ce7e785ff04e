"""What an installation has before a migration, it has after it."""

import shutil
from uuid import uuid4

import asyncpg
import pytest

from chassis import db as database
from chassis.db import transaction
from chassis.migrate import ROOT, migrate
from contracts.inventory import ShipmentStatus
from deploy.postgres import roles
from services.orders.store import orders as store
from tests.builders.orders import ON_CREDIT

PASSWORDS = roles.Passwords(owner="owner", service="service")
ORDER, SHIPMENT = uuid4(), uuid4()
BEFORE_DOCUMENTS = f"""
    INSERT INTO orders (
        order_id, number, dealer_id, placed_by, on_behalf, warehouse_id, terms, submitted_at,
        total_minor, version, status, phase, at, about, reached, attempt, holds, credit,
        over_limit_approved, stock, released, started, put_back_awaited, fulfilment_revision,
        funds_revision, covered_minor, returned_minor
    ) VALUES (
        '{ORDER}', 'XS-1', '{uuid4()}', '{uuid4()}', false, '{uuid4()}',
        '{ON_CREDIT.model_dump_json()}', now(), 30, 3, 'IN_FULFILMENT', 'FORWARD', 'fulfilment', '',
        5, 0, '{{}}', 'HELD', false, 'FIRM', true, true, false, 2, 0, 0, 0
    );
    INSERT INTO order_lines (
        order_id, line_no, sku, quantity, name, unit, unit_price, tax_rate_bp, net_minor, tax_minor,
        gross_minor, rule, picked, shipped
    ) VALUES
        ('{ORDER}', 2, 'B', 1, '钳', '把', '10', 1300, 9, 1, 10, 'list', 1, 0),
        ('{ORDER}', 1, 'A', 2, '锤', '把', '10', 1300, 18, 2, 20, 'list', 2, 2);
    INSERT INTO order_shipments (
        order_id, shipment_id, place, number, status, quantities, invoice_number
    ) VALUES ('{ORDER}', '{SHIPMENT}', 0, 'CK-1', 'IN_TRANSIT', '{{"1": 2}}', 'FP-1');
"""


@pytest.fixture
async def dsn(postgres):
    """Of a database without a schema, for a role."""
    name = f"empty_{uuid4().hex}"
    await roles.provide(postgres, "orders", PASSWORDS, database=name)
    yield lambda role, password: roles.dsn_of(postgres, name, role=role, password=password)
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


def only_the_first(folder):
    """The suite as it was when orders had one migration."""
    shutil.copytree(ROOT / "chassis" / "migrations", folder / "chassis" / "migrations")
    own = folder / "services" / "orders" / "migrations"
    own.mkdir(parents=True)
    shutil.copy(ROOT / "services" / "orders" / "migrations" / "0001_orders.sql", own)
    return folder


async def test_lines_and_shipments_become_documents_of_their_orders(dsn, tmp_path):
    await migrate(dsn("orders_owner", "owner"), "orders", only_the_first(tmp_path))
    connection = await asyncpg.connect(dsn("orders", "service"))
    await connection.execute(BEFORE_DOCUMENTS)
    await connection.close()

    await migrate(dsn("orders_owner", "owner"), "orders")

    async with await database.connect(dsn("orders", "service")) as db, transaction(db) as tx:
        order = (await store.lock_orders(tx, [ORDER]))[ORDER]
        rows = await tx.fetch("SELECT line_no, sku, shipped FROM order_lines ORDER BY line_no")
    assert [(line.sku, line.quantity, line.gross_minor) for line in order.lines] == [
        ("A", 2, 20),
        ("B", 1, 10),
    ]
    [shipment] = order.shipments
    assert (shipment.shipment_id, shipment.status) == (SHIPMENT, ShipmentStatus.IN_TRANSIT)
    assert (shipment.quantities, shipment.invoice_number) == ({1: 2}, "FP-1")
    assert [tuple(row) for row in rows] == [(1, "A", 2), (2, "B", 0)]
    assert not order.all_shipped
