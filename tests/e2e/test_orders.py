"""An order through the gateway: what is refused, what is answered twice, who sees it."""

from uuid import uuid4

import httpx
import pytest

from deploy.demo import steps
from deploy.demo.client import Refused

DEALER, OTHER = "dlr02", "dlr01"


async def an_order(stage, quantity=2):
    """Submitted by the dealer, waiting for his salesperson."""
    dealer = await stage.caller(DEALER)
    sku = stage.loaded.company.products[0].sku
    answer = await dealer.post("/orders", {"lines": [{"sku": sku, "quantity": quantity}]})
    watch = await stage.watch(answer["order_id"])
    return await watch.until_status("PENDING_CONFIRMATION")


def of(refusal):
    return refusal.value.status, refusal.value.problem["type"].rpartition("/")[2]


async def test_the_same_key_gives_the_same_order_and_another_body_is_refused(stage):
    dealer, key = await stage.caller(DEALER), str(uuid4())
    sku = stage.loaded.company.products[0].sku
    body = {"lines": [{"sku": sku, "quantity": 1}]}

    first = await dealer.post("/orders", body, key=key)
    again = await dealer.post("/orders", body, key=key)
    with pytest.raises(Refused) as refusal:
        await dealer.post("/orders", {"lines": [{"sku": sku, "quantity": 2}]}, key=key)

    assert again == first
    assert of(refusal) == (422, "idempotency-key-reused")


async def test_who_prefers_to_wait_is_answered_when_the_checks_have_ended(stage):
    dealer, sku = await stage.caller(DEALER), stage.loaded.company.products[0].sku
    session = await dealer.get("/session")
    headers = {
        "Cookie": dealer.cookie,
        "X-CSRF-Token": session["csrf_token"],
        "Idempotency-Key": str(uuid4()),
        "Prefer": "wait=10",
    }

    async with httpx.AsyncClient(base_url=stage.url) as http:
        body = {"lines": [{"sku": sku, "quantity": 1}]}
        answer = await http.post("/api/v1/orders", json=body, headers=headers, timeout=30)

    assert answer.status_code == 201
    assert answer.json()["status"] == "PENDING_CONFIRMATION"
    assert answer.json()["total_minor"] > 0


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        ({"sku": "NO-SUCH-SKU", "quantity": 1}, "/lines/0/sku"),
        ({"sku": "NO-SUCH-SKU", "quantity": 0}, "/lines/0/quantity"),
        ({"sku": "NO-SUCH-SKU", "quantity": 1, "price": 1}, "/lines/0/price"),
    ],
)
async def test_a_bad_line_is_named_and_leaves_no_trace(stage, line, pointer):
    dealer = await stage.caller(DEALER)
    before = await dealer.get("/orders", limit=1)

    with pytest.raises(Refused) as refusal:
        await dealer.post("/orders", {"lines": [line]})

    assert refusal.value.status == 422
    assert refusal.value.problem["faults"][0]["pointer"] == pointer
    assert await dealer.get("/orders", limit=1) == before


async def test_a_foreign_order_is_no_other_than_a_missing_one(stage):
    order = await an_order(stage)
    other = await stage.caller(OTHER)

    with pytest.raises(Refused) as foreign:
        await other.get(f"/orders/{order['order_id']}")
    with pytest.raises(Refused) as missing:
        await other.get(f"/orders/{uuid4()}")

    assert of(foreign) == of(missing) == (404, "not-found")
    assert order["order_id"] not in {row["order_id"] for row in await other.rows("/orders")}


async def test_only_the_dealers_own_salesperson_may_confirm(stage):
    order = await an_order(stage)
    dealer = await stage.caller(DEALER)

    with pytest.raises(Refused) as refusal:
        await dealer.post(f"/orders/{order['order_id']}/confirm")

    assert of(refusal) == (403, "forbidden")
    assert "cancel" in order["allowed_actions"] or order["allowed_actions"] == []


async def test_a_confirmed_order_is_cancelled_by_staff_once(stage):
    order = await an_order(stage)
    path = f"/orders/{order['order_id']}"
    salesperson = await stage.caller(steps.SALESPERSON)
    await salesperson.post(f"{path}/confirm")

    await salesperson.post(f"{path}/cancel", {"reason": "重复下单"})
    with pytest.raises(Refused) as refusal:
        await salesperson.post(f"{path}/cancel", {"reason": "重复下单"})

    watch = await stage.watch(order["order_id"])
    assert (await watch.until_status("CANCELLED"))["reason"] == "重复下单"
    assert of(refusal) == (409, "wrong-state")


async def test_the_timeline_says_who_did_each_step(stage):
    order = await an_order(stage)
    salesperson = await stage.caller(steps.SALESPERSON)
    await salesperson.post(f"/orders/{order['order_id']}/reject", {"reason": "超出区域"})
    watch = await stage.watch(order["order_id"])
    await watch.until_status("REJECTED")
    await watch.until_told("orders.order-rejected.v1")

    timeline = await salesperson.get(f"/orders/{order['order_id']}/timeline")

    types = [event["type"] for event in timeline["events"]]
    assert types[0] == "orders.order-submitted.v1"
    assert types[-1] == "orders.order-rejected.v1"
