"""An order gets stuck at one participant; two people compensate it, and nothing is held (U-16)."""

from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from deploy.demo import steps
from deploy.demo.client import Refused
from deploy.postgres import roles

DEALER = "dlr02"
POISON = """
    CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the shelf is on fire';
    END $$;
    CREATE TRIGGER poison BEFORE UPDATE ON fulfilments
        FOR EACH ROW WHEN (OLD.order_id = '{order_id}') EXECUTE FUNCTION poison();
"""


@asynccontextmanager
async def database(suite, service):
    connection = await asyncpg.connect(
        roles.dsn_of(suite.superuser_dsn, roles.database_of(service))
    )
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def poisoned(suite, order_id):
    """Inventory can do nothing for this one order; afterwards an operator has it tried again."""
    async with database(suite, "inventory") as inventory:
        await inventory.execute(POISON.format(order_id=UUID(order_id)))
        try:
            yield
        finally:
            await inventory.execute("DROP TRIGGER poison ON fulfilments; DROP FUNCTION poison()")
            await inventory.execute("UPDATE parked_keys SET next_try = now()")


async def an_order(stage):
    """Credit held, stock reserved, waiting for the salesperson."""
    dealer = await stage.caller(DEALER)
    sku = stage.loaded.company.products[0].sku
    answer = await dealer.post("/orders", {"lines": [{"sku": sku, "quantity": 2}]})
    watch = await stage.watch(answer["order_id"])
    return await watch.until_status("PENDING_CONFIRMATION"), watch


async def test_a_stuck_order_is_compensated_by_two_people_and_holds_nothing_afterwards(
    suite, stage
):
    admin, finance = await stage.caller("admin"), await stage.caller("fin")
    salesperson = await stage.caller(steps.SALESPERSON)
    order, watch = await an_order(stage)
    path = f"/sagas/{order['order_id']}"

    async with poisoned(suite, order["order_id"]):
        await salesperson.post(f"/orders/{order['order_id']}/confirm")

        async def on_the_desk():
            rows = await admin.rows("/sagas", kind="STUCK", attempts=1)
            return [row for row in rows if row["order_id"] == order["order_id"]]

        [row] = await stage.wait_for("the desk to show the order", on_the_desk, bool)
        foretold = await admin.get(f"{path}/dry-run/compensate")
        body = {"action": "compensate", "reason": "货架着火"}
        proposal = await admin.post(f"{path}/proposals", body)
        approve = f"/sagas/proposals/{proposal['proposal_id']}/approve"
        with pytest.raises(Refused) as alone:
            await admin.post(approve)
        await finance.post(approve)
        await watch.until_status("CANCELLING")
    await watch.until_status("CANCELLED")

    assert (row["step"], row["service"]) == ("firm_up", "inventory")
    assert foretold["status_at_the_end"] == "CANCELLED"
    assert alone.value.status == 403
    effects = (await admin.get(path))["effects"]
    assert (effects["credit"], effects["credit_held_minor"]) == ("RELEASED", 0)
    assert (effects["stock"], effects["reserved"]) == ("RELEASED", {})
    async with database(suite, "inventory") as inventory:
        state = await inventory.fetchval(
            "SELECT state FROM fulfilments WHERE order_id = $1", UUID(order["order_id"])
        )
    assert state == "CANCELLED"
