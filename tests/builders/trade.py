"""One dealer's trade: a story has its own dealer, goods and prices, so its books end as it says.

Every step is taken through the public API, by somebody of the right role.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from deploy.demo import steps
from deploy.demo.client import Caller, Json
from deploy.demo.credit_code import credit_code
from deploy.demo.stage import Stage, Watch, eventually

PREPAID = {"kind": "PREPAID"}
CREDIT = {"kind": "CREDIT", "credit_days": 30}
HOUSE, OTHER_HOUSE = "GZ", "SH"
DIVISION = "440500"
SHANGHAI = ZoneInfo("Asia/Shanghai")
BANK = {"bank": "中国银行汕头分行", "account_name": "测试", "account_number": "6222020000001234"}


@dataclass(frozen=True, slots=True)
class Books:
    """Where a dealer stands, in minor units."""

    wallet: int = 0
    held: int = 0
    """Of his limit, by orders that are neither invoiced nor paid."""
    receivable: int = 0
    """Invoiced and not paid."""
    advances: int = 0
    """Paid for orders that are not invoiced."""


@dataclass(slots=True)
class Trade:
    """`house` is the code of the warehouse that people work in; `skus` are the dealer's goods."""

    stage: Stage
    buyer: Caller
    dealer_id: str
    house: str
    skus: list[str] = field(default_factory=list)

    def at(self, house: str) -> Trade:
        """The same dealer, with the work done in another warehouse."""
        return replace(self, house=house)

    async def offer(
        self, prices: Sequence[str], *, stock: int = 0, tax_inclusive: bool = True
    ) -> list[str]:
        """New goods at these unit prices, with 13 % tax and so much of each in stock; the SKUs."""
        admin = self.stage.callers["admin"]
        category = self.stage.loaded.company.categories[0].code
        stem = f"E2E-{uuid4().hex[:8].upper()}"
        skus = [f"{stem}-{place}" for place in range(1, len(prices) + 1)]
        rows = [
            {"sku": sku, "name_zh": f"故事商品 {sku}", "category": category, "tax_rate_bp": 1_300}
            for sku in skus
        ]
        await admin.post("/products/import", {"rows": rows})
        await self.set_prices(dict(zip(skus, prices, strict=True)), tax_inclusive=tax_inclusive)
        self.skus += skus
        if stock:
            await self.bring_in(dict.fromkeys(skus, stock))
        return skus

    async def set_prices(self, prices: Mapping[str, str], *, tax_inclusive: bool = True) -> None:
        """A published price list for this dealer alone; the youngest one counts."""
        admin, second = self.stage.callers["admin"], await self.stage.caller("admin2")
        body = {
            "code": f"E2E-{uuid4().hex[:12]}",
            "name": "专用价",
            "dealer_id": self.dealer_id,
            "tax_inclusive": tax_inclusive,
            "valid_from": (datetime.now(UTC) - timedelta(seconds=1)).isoformat(),
            "entries": [{"sku": sku, "unit_price": price} for sku, price in prices.items()],
        }
        drafted = await eventually(lambda: admin.post("/price-lists", body), *steps.NEWS_ON_ITS_WAY)
        await second.post(f"/price-lists/{drafted['price_list_id']}/publish")

    async def bring_in(self, quantities: Mapping[str, int]) -> Json:
        """Goods arrive; the inbound note."""
        keeper = await self.stage.caller("whs")
        body = {
            "warehouse_id": self.stage.loaded.warehouses[self.house],
            "source": "厂家",
            "lines": [{"sku": sku, "quantity": count} for sku, count in quantities.items()],
        }
        news = (*steps.NEWS_ON_ITS_WAY, "invalid-request")
        return await eventually(lambda: keeper.post("/inbounds", body), *news)

    def lines(self, *quantities: int) -> list[Json]:
        """So much of the first, the second … of the goods."""
        pairs = zip(self.skus, quantities, strict=False)
        return [{"sku": sku, "quantity": count} for sku, count in pairs if count]

    async def submit(self, *quantities: int, **more: object) -> Watch:
        """The dealer orders so much of each of his goods."""
        body = {"lines": self.lines(*quantities), **more}
        return await steps.submitted(self.stage, self.buyer, body)

    async def order(self, *quantities: int) -> Watch:
        """Submitted by the dealer and confirmed by his salesperson."""
        watch = await self.submit(*quantities)
        await steps.confirm(self.stage, watch)
        return watch

    async def as_seller(self, watch: Watch, action: str, body: Json | None = None) -> Json:
        """His salesperson acts on an order."""
        seller = await self.stage.caller(steps.SALESPERSON)
        return await seller.post(f"/orders/{watch.order_id}/{action}", body)

    async def pay(self, amount_minor: int, *for_orders: Watch) -> Json:
        """Finance records a receipt, all of it for one order or for none; the receipt."""
        finance = await self.stage.caller("fin")
        body = {
            "dealer_id": self.dealer_id,
            "amount_minor": amount_minor,
            "method": "BANK_TRANSFER",
            "reference": uuid4().hex,
            "allocations": [
                {"order_id": one.order_id, "amount_minor": amount_minor} for one in for_orders
            ],
        }
        return await finance.post("/payments", body)

    async def task(self, watch: Watch) -> Json:
        """The pick task of an order that waits to be picked, as soon as there is one."""
        picker = await self.stage.caller(f"pck.{self.house.lower()}")
        [task] = await self.stage.wait_for(
            "a pick task",
            lambda: picker.rows("/pick-tasks", order_id=watch.order_id, status="OPEN"),
            bool,
        )
        return task

    async def start(self, watch: Watch) -> Json:
        """A picker begins; the task."""
        picker, task = await self.stage.caller(f"pck.{self.house.lower()}"), await self.task(watch)
        return await picker.post(f"/pick-tasks/{task['pick_task_id']}/start")

    async def pick(self, task: Json, quantities: Mapping[int, int] | None = None) -> Json:
        """By line number; all that remains if left out. The task."""
        picker = await self.stage.caller(f"pck.{self.house.lower()}")
        lines = [
            {"line_no": line_no, "quantity": count} for line_no, count in (quantities or {}).items()
        ]
        path = f"/pick-tasks/{task['pick_task_id']}/confirm"
        return await picker.post(path, {"lines": lines} if lines else None)

    async def short(self, task: Json, quantities: Mapping[int, int]) -> Json:
        """The picker does not find so much of these lines; the task."""
        picker = await self.stage.caller(f"pck.{self.house.lower()}")
        lines = [
            {"line_no": line_no, "quantity": count, "reason": "NOT_FOUND"}
            for line_no, count in quantities.items()
        ]
        return await picker.post(f"/pick-tasks/{task['pick_task_id']}/short", {"lines": lines})

    async def amend(
        self, watch: Watch, *quantities: int, new: Sequence[Json] = (), by: Caller | None = None
    ) -> Json:
        """Other quantities for the first lines, and new ones; the order when that is settled."""
        order = await self.buyer.get(f"/orders/{watch.order_id}")
        lines = [
            {"line_no": line["line_no"], "sku": line["sku"], "quantity": count}
            for line, count in zip(order["lines"], quantities, strict=False)
        ]
        body = {
            "lines": [*lines, *new],
            "expected_version": order["version"],
            "reason": "改单",
        }
        asked = await (by or self.buyer).post(f"/orders/{watch.order_id}/amend", body)
        number = asked["amendment"]["number"]
        return await watch.until(
            f"amendment {number} settled",
            lambda order: bool(
                order["amendment"]["number"] == number and order["amendment"]["state"] != "PENDING"
            ),
        )

    async def send_out(self, task: Json, *, partial: bool = False) -> Json:
        """What is picked leaves the warehouse; the shipment."""
        keeper = await self.stage.caller(f"whs.{self.house.lower()}")
        body = {"pick_task_id": task["pick_task_id"], "partial": partial}
        return await keeper.post("/outbounds", body)

    async def bring(self, shipment: Json) -> None:
        """The driver takes a shipment to the dealer, who receives it."""
        driver = await self.stage.caller(f"dlv.{self.house.lower()}")
        path = f"/shipments/{shipment['shipment_id']}"
        await driver.post(f"{path}/dispatch", {"mode": "OWN_FLEET"})
        await driver.post(f"{path}/deliver", {"proof": "门店签收"})
        await self.buyer.post(f"{path}/receive")

    async def fulfil(self, watch: Watch) -> Json:
        """Picked, sent out, brought and received, all that is to be picked; the shipment."""
        shipment = await self.send_out(await self.pick(await self.start(watch)))
        await self.bring(shipment)
        return shipment

    async def stock(self) -> list[tuple[int, int]]:
        """On hand and reserved of each of his goods, in the warehouse."""
        admin, house = self.stage.callers["admin"], self.stage.loaded.warehouses[self.house]
        shelves = [await admin.rows("/stock", warehouse_id=house, q=sku) for sku in self.skus]
        return [(row["on_hand"], row["reserved"]) for rows in shelves for row in rows]

    async def statement(self) -> Json:
        """Of the last two business days; all that has happened in a story."""
        today = datetime.now(SHANGHAI).date()
        period = {"from": today - timedelta(days=1), "to": today}
        return await self.buyer.get(f"/accounts/{self.dealer_id}/statement", **period)

    async def books(self) -> Books:
        """Where the dealer stands; his statement says the same and adds up."""
        account = await self.buyer.get(f"/accounts/{self.dealer_id}")
        told = await self.statement()
        names = "wallet_minor", "receivable_minor", "advances_minor"
        assert {name: told[name] for name in names} == {name: account[name] for name in names}
        moved = sum(line["change_minor"] for line in told["lines"])
        assert told["opening_minor"] + moved == told["closing_minor"]
        paid = told["wallet_minor"] + told["advances_minor"]
        assert told["receivable_minor"] - paid == told["closing_minor"]
        return Books(
            wallet=account["wallet_minor"],
            held=account["held_minor"],
            receivable=account["receivable_minor"],
            advances=account["advances_minor"],
        )


async def opened(
    stage: Stage,
    *prices: str,
    stock: int = 0,
    terms: Mapping[str, object] = PREPAID,
    limit_minor: int = 0,
    house: str = HOUSE,
) -> Trade:
    """A new dealer who may order, with goods at these prices and so much of each in stock."""
    admin, seller = stage.callers["admin"], await stage.caller(steps.SALESPERSON)
    login = f"e2e-{uuid4().hex[:10]}"
    dealer = await admin.post(
        "/dealers",
        {
            "name": f"汕头故事 {login}",
            "credit_code": credit_code(DIVISION, random.randrange(1_000, 1_000_000)),
            "province": "广东省",
            "city": "汕头市",
            "tier": "COUNTY",
            "terms": terms,
            "credit_limit_minor": limit_minor,
            "salesperson_id": seller.user_id,
            "warehouse_id": stage.loaded.warehouses[house],
        },
    )
    dealer_id = dealer["dealer_id"]
    user = {
        "login": login,
        "name": login,
        "password": stage.logins.password(login),
        "roles": ["DLR"],
        "dealer_id": dealer_id,
    }
    await eventually(lambda: admin.post("/users", user), *steps.NEWS_ON_ITS_WAY)
    trade = Trade(stage, await stage.caller(login), dealer_id, house)
    if prices:
        await trade.offer(prices, stock=stock)
    await eventually(lambda: admin.get(f"/accounts/{dealer_id}"), *steps.NEWS_ON_ITS_WAY)
    return trade
