"""Orders, warehouses and people of inventory, of which a test says only what matters to it."""

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import orjson

from chassis.auth import Role
from chassis.db import transaction
from chassis.ids import uuid7
from contracts.dealers import Shortage
from contracts.inventory import (
    AmendReservation,
    CancelFulfilment,
    CloseRemainder,
    Demand,
    FirmReservation,
    ReleaseToWarehouse,
    ReserveStock,
)
from services.inventory.commands import amending, picking, reserving, shipping, stocking
from services.inventory.commands.steps import By
from services.inventory.domain import shipping as rules
from services.inventory.domain.fulfilment import Mode, State, WarehouseRules
from services.inventory.domain.outbound import OutboundAsk
from services.inventory.domain.picking import PickAsk, PickTaskAsk
from services.inventory.domain.shipping import (
    DeliverAsk,
    DispatchAsk,
    DispatchMode,
    ReceiveAsk,
)
from services.inventory.domain.stocking import Inbound, InboundLine, Warehouse
from tests.builders.edge import an_actor

MAIN = UUID(int=1)
"""The warehouse where nothing else is said."""
WAREHOUSES = {MAIN: WarehouseRules(Mode.MANUAL, one_person=False)}
DEALER = UUID(int=11)
OTHER_DEALER = UUID(int=12)


PICKER = an_actor(Role.PCK)
KEEPER = an_actor(Role.WHS)
DRIVER = an_actor(Role.DLV)
BUYER = an_actor(Role.DLR, dealer_id=DEALER)


def a_demand(order_id=None, warehouse_id=MAIN, shortage=Shortage.REFUSE, priority=0, **quantities):
    """`a_demand(A=2, B=1)`: an order of two of A and one of B, to be held softly."""
    return ReserveStock(
        order_id=order_id or uuid7(),
        number="DD-2611-000001",
        dealer_id=DEALER,
        warehouse_id=warehouse_id,
        lines=tuple(
            Demand(line_no=line_no, sku=sku, quantity=quantity)
            for line_no, (sku, quantity) in enumerate(quantities.items(), 1)
        ),
        shortage=shortage,
        priority=priority,
    )


def firmly(ask, *, release=False):
    """The same, to be held firmly at once."""
    return ask.model_copy(update={"firm": True, "release": release})


async def a_warehouse(db, *, mode=Mode.MANUAL, warehouse_id=MAIN, one_person=False, **quantities):
    """A warehouse with stock: `await a_warehouse(db, A=100)`."""
    warehouse = Warehouse(warehouse_id, f"W{warehouse_id.int % 997}", "广州仓", mode, one_person)
    async with transaction(db) as tx:
        await stocking.create_warehouse(tx, warehouse)
        await tx.execute(
            """
            INSERT INTO products (sku, version, name, unit, status)
            SELECT unnest($1::text[]), 1, '商品', '件', 'ACTIVE'
            ON CONFLICT DO NOTHING
            """,
            list(quantities),
        )
        if quantities:
            lines = tuple(InboundLine(sku, quantity) for sku, quantity in quantities.items())
            inbound = Inbound(uuid7(), warehouse_id, "期初", KEEPER.user_id, lines)
            assert await stocking.post_inbound(tx, KEEPER, inbound) is None


async def helped_out(db, *others, warehouse_id=MAIN):
    """What is not in the warehouse may come from these, the first one first (P-17)."""
    async with transaction(db) as tx:
        outcome = await stocking.change_warehouse(
            tx, warehouse_id, name=None, one_person=None, alternatives=others, if_match=None
        )
        assert isinstance(outcome, Warehouse), outcome


async def send(db, *messages):
    """Let the handlers take messages of one type, in one transaction, as one batch."""
    handler = {
        ReserveStock: reserving.reserve_stock,
        FirmReservation: reserving.firm_reservations,
        ReleaseToWarehouse: reserving.release_to_warehouse,
        CancelFulfilment: reserving.cancel_fulfilments,
        AmendReservation: amending.amend_reservations,
        CloseRemainder: amending.close_remainders,
    }[type(messages[0])]
    async with transaction(db) as tx:
        await handler(tx, messages)


async def held(db, *, firm=True, **quantities):
    """The id of an order that holds these quantities."""
    ask = a_demand(**quantities)
    await send(db, ask)
    if firm:
        await send(db, FirmReservation(order_id=ask.order_id, release=False))
    return ask.order_id


async def queued(db, **quantities):
    """The ids of an order in the queue of the pickers and of its pick task."""
    order_id = await held(db, **quantities)
    await send(db, ReleaseToWarehouse(order_id=order_id))
    return order_id, await task_of(db, order_id)


async def picking_begun(db, **quantities):
    order_id, task_id = await queued(db, **quantities)
    await do(db, picking.start_picks, PICKER, PickTaskAsk(task_id, PICKER.user_id))
    return order_id, task_id


async def picked(db, **quantities):
    order_id, task_id = await picking_begun(db, **quantities)
    await do(db, picking.confirm_picks, PICKER, PickAsk(task_id, PICKER.user_id))
    return order_id, task_id


async def posted(db, **quantities):
    """The ids of an order whose goods have left the stock and of its shipment."""
    order_id, task_id = await picked(db, **quantities)
    await do(db, shipping.post_outbounds, KEEPER, OutboundAsk(task_id, KEEPER.user_id))
    return order_id, await shipment_of(db, order_id)


async def dispatched(db, **quantities):
    order_id, shipment_id = await posted(db, **quantities)
    ask = DispatchAsk(shipment_id, DispatchMode.OWN_FLEET)
    await do(db, shipping.dispatch_shipments, DRIVER, ask)
    return order_id, shipment_id


async def delivered(db, **quantities):
    order_id, shipment_id = await dispatched(db, **quantities)
    await do(db, shipping.deliver_shipments, DRIVER, DeliverAsk(shipment_id, "李四签收"))
    return order_id, shipment_id


async def received(db, **quantities):
    order_id, shipment_id = await delivered(db, **quantities)
    await do(db, shipping.receive_shipments, BUYER, ReceiveAsk(shipment_id, BUYER.user_id))
    return order_id, shipment_id


async def do(db, command, actor, ask, if_match=None):
    """What becomes of one ask: the fulfilment after it, or why it was refused."""
    async with transaction(db) as tx:
        (outcome,) = await command(tx, By(actor, if_match), [ask])
        return outcome


async def task_of(db, order_id):
    """The newest pick task of an order."""
    return await db.fetchval(
        "SELECT pick_task_id FROM pick_tasks WHERE order_id = $1 ORDER BY pick_task_id DESC",
        order_id,
    )


async def shipment_of(db, order_id):
    return await db.fetchval("SELECT shipment_id FROM shipments WHERE order_id = $1", order_id)


async def told(db, order_id=None):
    """What was announced, oldest first: pairs of the type's short name and the facts."""
    rows = await db.fetch("SELECT type, key, body FROM outbox ORDER BY position")
    return [
        (row["type"].split(".")[1], orjson.loads(row["body"]))
        for row in rows
        if order_id is None or row["key"] == order_id.bytes
    ]


async def said(db, order_id=None):
    """The short names alone."""
    return [name for name, _ in await told(db, order_id)]


async def shelf(db, sku="A", warehouse_id=MAIN):
    """On hand and reserved."""
    row = await db.fetchrow(
        "SELECT on_hand, reserved FROM stock WHERE warehouse_id = $1 AND sku = $2",
        warehouse_id,
        sku,
    )
    return tuple(row)


async def books_balance(db):
    """I-2: reserved is what orders hold; I-5: on hand is the sum of the moves (I-1: checks)."""
    wrong = await db.fetch(
        """
        SELECT stock.warehouse_id, stock.sku
        FROM stock
        FULL JOIN (
            SELECT warehouse_id, sku, sum(quantity) AS moved FROM stock_moves GROUP BY 1, 2
        ) AS moves USING (warehouse_id, sku)
        FULL JOIN (
            SELECT warehouse_id, sku, sum(quantity - backordered - closed - shipped) AS open,
                   sum(backordered) AS waited
            FROM fulfilments JOIN fulfilment_lines USING (order_id)
            WHERE state IN ('SOFT', 'FIRM', 'IN_WAREHOUSE', 'PUT_BACK')
            GROUP BY 1, 2
        ) AS holds USING (warehouse_id, sku)
        WHERE on_hand IS DISTINCT FROM coalesce(moved, 0)
           OR reserved IS DISTINCT FROM coalesce(open, 0)
           OR stock.backordered IS DISTINCT FROM coalesce(waited, 0)
        """
    )
    return not wrong


def held_by(fulfilment):
    """What an order holds by place, counted by the book's own words and not by the code's."""
    held = Counter()
    if fulfilment.state in {State.SOFT, State.FIRM, State.IN_WAREHOUSE, State.PUT_BACK}:
        for line in fulfilment.lines:
            held[fulfilment.warehouse_id, line.sku] += (
                line.quantity - line.backordered - line.closed - line.shipped
            )
    return held


def waited_for(fulfilment):
    """What an order waits for by SKU."""
    waited = Counter()
    for line in fulfilment.lines:
        waited[line.sku] += line.backordered
    return waited


def reported(fulfilment, report, which=0):
    """What becomes of a fulfilment when a shipment's dispatch, delivery or receipt is reported."""
    shipment_id, now = fulfilment.shipments[which].shipment_id, datetime.now(UTC)
    match report:
        case "dispatch":
            ask = DispatchAsk(shipment_id, DispatchMode.OWN_FLEET)
            return rules.dispatch(fulfilment, ask, now)
        case "deliver":
            return rules.deliver(fulfilment, DeliverAsk(shipment_id, "李四"), now)
        case _:
            return rules.receive(fulfilment, ReceiveAsk(shipment_id), now)
