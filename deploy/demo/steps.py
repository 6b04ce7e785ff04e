"""The steps of an order's life, each by somebody of the right role, through the public API."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from deploy.demo.client import Caller, Json
from deploy.demo.stage import Stage, Watch, eventually

REGION = "huanan"
HOUSE = "gz"
"""The stories play in 华南, whose warehouse is in 广州."""
SALESPERSON = f"sal.{REGION}"
LINES = 5

NEWS_ON_ITS_WAY = ("unknown-dealer", "unknown-sku", "no-price", "not-found", "pricing-refused")
"""Refusals by a service that has not heard yet of what happened a moment ago."""


def basket(stage: Stage) -> list[Json]:
    """Five different goods, a few of each."""
    chance = random.Random(time.time_ns())
    goods = chance.sample(list(stage.loaded.company.products), LINES)
    return [{"sku": one.sku, "quantity": chance.randint(2, 12)} for one in goods]


async def quote_and_submit(stage: Stage, buyer: Caller) -> Watch:
    """The dealer asks for his prices and orders at them."""
    lines = basket(stage)
    quote = await eventually(lambda: buyer.post("/quotes", {"lines": lines}), *NEWS_ON_ITS_WAY)
    stage.did(
        buyer,
        f"询价：{LINES} 个商品，合计 {yuan(quote['total_minor'])}",
        f"asks for a quote: {LINES} products, {yuan(quote['total_minor'])}",
    )
    body = {
        "lines": lines,
        "quote": quote["quote"],
        "expected_total_minor": quote["total_minor"],
    }
    return await submitted(stage, buyer, body)


async def submitted(stage: Stage, by: Caller, body: Json) -> Watch:
    """Hand an order in; what becomes of it is to be watched."""
    order = await eventually(lambda: by.post("/orders", body), *NEWS_ON_ITS_WAY)
    stage.did(by, f"提交订单 {order['number']}", f"submits order {order['number']}")
    return await stage.watch(order["order_id"])


async def confirm(stage: Stage, watch: Watch) -> Json:
    """The salesperson gives the promise."""
    await watch.until_status("PENDING_CONFIRMATION")
    salesperson = await stage.caller(SALESPERSON)
    await salesperson.post(f"/orders/{watch.order_id}/confirm")
    return await watch.until("CONFIRMED", lambda order: order["confirmed_at"] is not None)


async def pay(stage: Stage, watch: Watch, shares: Sequence[int]) -> None:
    """Finance records what comes in; `shares` are per cent of the total and sum to 100."""
    finance = await stage.caller("fin")
    order = await watch.until("待收款", lambda order: order["due_before_release_minor"] is not None)
    total, paid = order["total_minor"], 0
    for place, share in enumerate(shares, 1):
        amount = total - paid if place == len(shares) else total * share // 100
        paid += amount
        await finance.post(
            "/payments",
            {
                "dealer_id": order["dealer_id"],
                "amount_minor": amount,
                "method": "BANK_TRANSFER",
                "reference": f"{order['number']}-{place}",
                "note": f"第 {place} 笔货款",
                "allocations": [{"order_id": watch.order_id, "amount_minor": amount}],
            },
        )
        await watch.until_covered(paid)


async def pick(stage: Stage, watch: Watch, short: Mapping[int, int] | None = None) -> Json:
    """The picker takes the goods from their bins, but for what is `short` by line number, which he
    does not find; the pick task.
    """
    picker = await stage.caller(f"pck.{HOUSE}")
    tasks = await stage.wait_for(
        "a pick task",
        lambda: picker.rows("/pick-tasks", order_id=watch.order_id, status="OPEN"),
        bool,
    )
    await watch.until_told("inventory.pick-task-created.v1")
    task = tasks[0]
    path = f"/pick-tasks/{task['pick_task_id']}"
    await picker.post(f"{path}/start")
    if short:
        missing = [
            {"line_no": line_no, "quantity": quantity, "reason": "NOT_FOUND"}
            for line_no, quantity in short.items()
        ]
        await picker.post(f"{path}/short", {"lines": missing})
        await watch.until_told("inventory.pick-short.v1")
    await picker.post(f"{path}/confirm")
    await watch.until_told("inventory.pick-completed.v1")
    return task


async def ship(stage: Stage, watch: Watch, task: Json) -> Json:
    """The warehouse lets the goods leave the stock, the driver brings them; the shipment."""
    keeper, driver = await stage.caller(f"whs.{HOUSE}"), await stage.caller(f"dlv.{HOUSE}")
    shipment = await keeper.post("/outbounds", {"pick_task_id": task["pick_task_id"]})
    await watch.until_told("inventory.outbound-posted.v1")
    path = f"/shipments/{shipment['shipment_id']}"
    await driver.post(
        f"{path}/dispatch", {"mode": "OWN_FLEET", "tracking_number": f"粤A-{watch.order_id[:5]}"}
    )
    await watch.until_told("inventory.shipment-dispatched.v1")
    await driver.post(f"{path}/deliver", {"proof": "门店签收，照片已存"})
    await watch.until_told("inventory.shipment-delivered.v1")
    return shipment


async def receive(watch: Watch, shipment: Json, dealer: Caller) -> Json:
    """The dealer says that he has the goods, the last of them; the order at its end."""
    await dealer.post(f"/shipments/{shipment['shipment_id']}/receive")
    await watch.until_status("COMPLETED")
    await watch.until_told("orders.order-completed.v1")
    return await watch.until_status("COMPLETED")


async def launch(stage: Stage, dealer_id: str, unit_price: str) -> str:
    """A new product, with a price for one dealer; its SKU."""
    admin, second = await stage.caller("admin"), await stage.caller("admin2")
    sku = f"NEW-{time.time_ns() // 1_000_000 % 10**9}"
    category = stage.loaded.company.categories[0].code
    row = {"sku": sku, "name_zh": f"当季新品 {sku}", "name_en": f"New {sku}", "category": category}
    await admin.post("/products/import", {"rows": [row]})
    price_list = {
        "code": f"PRICE-{sku}",
        "name": "新品专用价",
        "dealer_id": dealer_id,
        "valid_from": (datetime.now(UTC) - timedelta(minutes=1)).isoformat(),
        "entries": [{"sku": sku, "unit_price": unit_price}],
    }
    drafted = await eventually(lambda: admin.post("/price-lists", price_list), *NEWS_ON_ITS_WAY)
    await second.post(f"/price-lists/{drafted['price_list_id']}/publish")
    stage.did(admin, f"上架新品 {sku}，专用价 ¥{unit_price}", f"launches {sku} at ¥{unit_price}")
    return sku


async def bring_in(stage: Stage, sku: str, quantity: int) -> None:
    """Goods arrive at the warehouse."""
    keeper = await stage.caller(f"whs.{HOUSE}")
    body = {
        "warehouse_id": stage.loaded.warehouses[HOUSE.upper()],
        "source": "厂家",
        "lines": [{"sku": sku, "quantity": quantity}],
    }
    note = await eventually(lambda: keeper.post("/inbounds", body), "invalid-request")
    stage.did(keeper, f"到货入库 {quantity} 件，入库单 {note['number']}", f"{quantity} came in")


async def amend(stage: Stage, watch: Watch, dealer: Caller, quantity: int) -> Json:
    """The dealer wants another quantity of the first line; the order when that is settled."""
    order = await watch.until_status("PENDING_CONFIRMATION")
    line = order["lines"][0]
    body = {
        "lines": [{"line_no": line["line_no"], "sku": line["sku"], "quantity": quantity}],
        "expected_version": order["version"],
        "reason": "门店追加",
    }
    await dealer.post(f"/orders/{watch.order_id}/amend", body)
    stage.did(
        dealer,
        f"改单：{line['quantity']} 件改为 {quantity} 件",
        f"amends the order: {quantity} instead of {line['quantity']}",
    )
    await watch.until_told("orders.order-amended.v1")
    return await watch.until("amended", lambda order: order["amendment"]["state"] == "APPLIED")


def yuan(minor: int) -> str:
    return f"¥{minor // 100:,}.{minor % 100:02}"
