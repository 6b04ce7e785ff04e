"""Five stories before the user's eyes; each step is taken by somebody of the right role."""

from __future__ import annotations

import time
from dataclasses import dataclass

from deploy.demo import steps
from deploy.demo.client import Caller, Json, Refused
from deploy.demo.credit_code import credit_code
from deploy.demo.stage import Stage, StoryFailed, eventually

DIVISION = "440600"
"""佛山市."""
CREDIT_BUYER = "dlr02"
"""An agent of the same region, who buys on credit."""


FIRST_NEWCOMER, NEWCOMERS = 100_000, 800_000


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who became a dealer in this very run."""

    caller: Caller
    dealer_id: str


async def newcomer_becomes_dealer(stage: Stage) -> Newcomer:
    """He registers and applies; a salesperson screens, another person approves."""
    stage.title("一、新经销商加盟", "A newcomer becomes a dealer")
    caller, number = await _register(stage)
    path = await _apply(stage, caller, number)

    salesperson = await stage.caller(steps.SALESPERSON)
    await salesperson.post(f"{path}/screen")
    stage.did(salesperson, "初审通过", "screens the application and finds it fit")

    approver = await stage.caller("admin2")
    await approver.post(
        f"{path}/approve",
        {
            "tier": "COUNTY",
            "terms": {"kind": "PREPAID"},
            "credit_limit_minor": 0,
            "salesperson_id": salesperson.user_id,
            "warehouse_id": stage.loaded.warehouses[steps.HOUSE.upper()],
        },
    )
    stage.did(approver, "终审通过：县级代理，预付结算", "approves it: county tier, prepaid")
    return await _activated(stage, caller)


async def prepaid_order(stage: Stage, buyer: Newcomer) -> Json:
    """The whole life of a prepaid order, paid in two parts; the order at its end."""
    stage.title("二、预付订单的一生", "The whole life of a prepaid order")
    watch = await steps.quote_and_submit(stage, buyer.caller)
    await steps.confirm(stage, watch)
    await steps.pay(stage, watch, (30, 70))
    task = await steps.pick(stage, watch)
    shipment = await steps.ship(stage, watch, task)
    return await steps.receive(watch, shipment, buyer.caller)


async def credit_order_on_behalf(stage: Stage) -> Json:
    """A salesperson orders for a dealer who pays later; the order at its end."""
    stage.title("三、代客下单，赊销", "An order on behalf of a dealer, on credit")
    buyer = await stage.caller(CREDIT_BUYER)
    dealer_id = (await buyer.get("/session"))["dealer_id"]
    salesperson = await stage.caller(steps.SALESPERSON)
    body = {"dealer_id": dealer_id, "lines": steps.basket(stage), "note": "电话下单"}
    watch = await steps.submitted(stage, salesperson, body)
    await steps.confirm(stage, watch)
    task = await steps.pick(stage, watch)
    shipment = await steps.ship(stage, watch, task)
    return await steps.receive(watch, shipment, buyer)


async def cancelled_after_picking(stage: Stage, buyer: Newcomer) -> Json:
    """Paid and picked, then cancelled: goods go back to the bins, money to the wallet."""
    stage.title(
        "四、配货后取消：货还库，款退回", "Cancelled after picking: goods and money go back"
    )
    watch = await steps.quote_and_submit(stage, buyer.caller)
    await steps.confirm(stage, watch)
    await steps.pay(stage, watch, (100,))
    task = await steps.pick(stage, watch)

    salesperson = await stage.caller(steps.SALESPERSON)
    await salesperson.post(f"/orders/{watch.order_id}/cancel", {"reason": "经销商临时改了方案"})
    await watch.until_told("inventory.put-back-requested.v1")
    picker = await stage.caller(f"pck.{steps.HOUSE}")
    await picker.post(f"/pick-tasks/{task['pick_task_id']}/put-back")
    await watch.until_status("CANCELLED")
    await watch.until_told("orders.order-cancelled.v1")
    order = await watch.until_status("CANCELLED")

    wallet = (await buyer.caller.get(f"/accounts/{buyer.dealer_id}"))["wallet_minor"]
    if wallet != order["total_minor"]:
        raise StoryFailed(f"the wallet holds {wallet} instead of {order['total_minor']}")
    stage.did(
        buyer.caller,
        f"预存款余额 {steps.yuan(wallet)}",
        f"has {steps.yuan(wallet)} in his wallet again",
    )
    return order


async def amended_short_and_followed(stage: Stage, buyer: Newcomer) -> Json:
    """More is ordered than was, less is found than was promised, the rest follows; the order."""
    stage.title("五、改单，缺货，到货补发", "Amended, short, and followed by the rest")
    sku = await steps.launch(stage, buyer.dealer_id, "58.00")
    await steps.bring_in(stage, sku, 10)
    watch = await steps.submitted(stage, buyer.caller, {"lines": [{"sku": sku, "quantity": 6}]})
    await steps.amend(stage, watch, buyer.caller, 10)
    await steps.confirm(stage, watch)
    await steps.pay(stage, watch, (100,))

    task = await steps.pick(stage, watch, short={1: 3})
    first = await steps.ship(stage, watch, task)
    await buyer.caller.post(f"/shipments/{first['shipment_id']}/receive")
    owing = await watch.until("欠货", lambda order: bool(order["lines"][0]["received"]))
    stage.did(buyer.caller, f"订单{owing['display_zh']}", f"sees: {owing['display_en']}")

    await steps.bring_in(stage, sku, 3)
    await watch.until_told("inventory.backorder-allocated.v1")
    second = await steps.ship(stage, watch, await steps.pick(stage, watch))
    order = await steps.receive(watch, second, buyer.caller)
    invoices = await buyer.caller.rows("/invoices", order_id=watch.order_id)
    if sum(one["gross_minor"] for one in invoices) != order["total_minor"] or len(invoices) != 2:
        raise StoryFailed(f"{len(invoices)} invoices are not the order of {order['total_minor']}")
    return order


async def _register(stage: Stage) -> tuple[Caller, int]:
    """Somebody with a number that nobody had before; it tells him and his company from others."""
    number = FIRST_NEWCOMER + int(time.time()) % NEWCOMERS
    while True:
        login, name = f"new{number}", f"梁新程{number % 1000:03}"
        caller = await stage.stack.enter_async_context(Caller(stage.url, login, name))
        password = stage.logins.password(login)
        try:
            await caller.post(
                "/registrations", {"login": login, "name": name, "password": password}
            )
            break
        except Refused as refusal:
            if refusal.slug != "login-taken":
                raise
            number += 1
    stage.logins.save()
    await caller.log_in(password)
    stage.callers[login] = caller
    stage.did(caller, f"自助注册：{login}", f"registers as {login}")
    return caller, number


async def _apply(stage: Stage, caller: Caller, number: int) -> str:
    """The path of the application."""
    name = f"佛山新程{number}建材有限公司"
    application = await caller.post(
        "/dealer-applications",
        {
            "name": name,
            "credit_code": credit_code(DIVISION, number),
            "province": "广东省",
            "city": "佛山市",
            "address": "南海区桂城街道佳园路88号",
            "contact_name": caller.name,
            "phone": "13800138000",
            "brands": ["沐源", "匠立"],
            "channels": ["门店", "工程"],
        },
    )
    stage.did(caller, f"提交加盟申请：{name}", "applies to become a dealer")
    return f"/dealer-applications/{application['application_id']}"


async def _activated(stage: Stage, caller: Caller) -> Newcomer:
    """Wait until the news has reached the gateway and billing; he need not log in again."""
    session = await stage.wait_for(
        "the newcomer to be a dealer's user",
        lambda: caller.get("/session"),
        lambda session: session["dealer_id"] is not None,
    )
    caller.role = session["roles"][0]
    dealer_id: str = session["dealer_id"]
    await eventually(lambda: caller.get(f"/accounts/{dealer_id}"), "not-found", "forbidden")
    stage.did(caller, "账户已激活，可以下单", "is active and may order")
    return Newcomer(caller, dealer_id)
