"""Bins and lots on a real PostgreSQL: where goods lie, what leaves first, which way a lot went."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from chassis.auth import Role
from chassis.db import transaction
from contracts.catalog import ProductState, ProductStatus
from contracts.dealers import DealerState, DealerStatus, Terms, TermsKind
from contracts.inventory import CancelFulfilment
from deploy.ctl.invariants.stock import STOCK
from services.inventory.app import SERVICE
from services.inventory.commands import projecting
from services.inventory.domain import stowage
from services.inventory.domain.fulfilment import Mode
from tests.builders.edge import a_key, an_actor, serving
from tests.builders.inventory import (
    BUYER,
    DEALER,
    KEEPER,
    MAIN,
    PICKER,
    a_warehouse,
    books_balance,
    picked,
    picking_begun,
    queued,
    send,
    shelf,
    told,
)

TODAY = stowage.today(datetime.now(UTC))
NORTH = an_actor(Role.WHS).user_id
OTHER_KEEPER = an_actor(Role.WHS)


@pytest.fixture
async def api(inventory_db):
    async with serving(SERVICE, inventory_db) as client:
        yield client


def day(days):
    return (TODAY + timedelta(days=days)).isoformat()


async def by_lot(db, *skus, version=2):
    states = [
        ProductState(
            version=version,
            sku=sku,
            name="奶粉",
            category="食品",
            unit="罐",
            tax_rate_bp=1300,
            status=ProductStatus.ACTIVE,
            lot_tracked=True,
        )
        for sku in skus
    ]
    async with transaction(db) as tx:
        await projecting.keep_products(tx, states)


async def choosy(db, days):
    """The dealer takes nothing that expires sooner."""
    state = DealerState(
        version=1,
        dealer_id=DEALER,
        code="D1",
        name="华东贸易",
        status=DealerStatus.ACTIVE,
        tier="CITY",
        province="广东省",
        city="广州市",
        terms=Terms(kind=TermsKind.PREPAID),
        credit_limit_minor=0,
        salesperson_id=None,
        warehouse_id=MAIN,
        shelf_life_min_days=days,
    )
    async with transaction(db) as tx:
        await projecting.keep_dealers(tx, [state])


async def came_in(api, *lines, warehouse_id=MAIN):
    body = {"warehouse_id": str(warehouse_id), "source": "厂家", "lines": list(lines)}
    return await api(KEEPER).post("/inbounds", json=body, headers=a_key())


def some(quantity, lot, days, sku="A", **more):
    """Of one lot of which the last day is so many days from now."""
    return {"sku": sku, "quantity": quantity, "lot": lot, "expires_on": day(days)} | more


async def stocked(api, db, *lines):
    """A warehouse with lots: nothing lay there before."""
    await a_warehouse(db, A=1)
    await by_lot(db, "A")
    gone = {"warehouse_id": str(MAIN), "reason": "EXPIRED", "lines": [{"sku": "A", "quantity": 1}]}
    draft = (await api(KEEPER).post("/issues", json=gone, headers=a_key())).json()
    done = await api(KEEPER).post(f"/issues/{draft['document_id']}/post", headers=a_key())
    assert done.is_success, done.text
    response = await came_in(api, *lines)
    assert response.status_code == 201, response.text


async def lying(api, **asked):
    """Quantity and what is picked of it, by bin and lot."""
    answer = await api(KEEPER).get("/stock/stowed", params=asked)
    return {
        (one["bin"], one["lot"]): (one["quantity"], one["picked"]) for one in answer.json()["items"]
    }


async def confirm(api, task_id, *lines):
    body = {"lines": [{"line_no": 1} | line for line in lines]} if lines else {}
    return await api(PICKER).post(f"/pick-tasks/{task_id}/confirm", json=body, headers=a_key())


async def post_outbound(api, task_id, **more):
    body = {"pick_task_id": str(task_id)} | more
    return await api(KEEPER).post("/outbounds", json=body, headers=a_key())


async def places(api, task_id):
    task = (await api(PICKER).get(f"/pick-tasks/{task_id}")).json()
    return [
        [(place["bin"], place["lot"], place["quantity"]) for place in line["places"]]
        for line in task["lines"]
    ]


def slug(response):
    return response.json()["type"].rpartition("/")[2]


async def invariants_hold(db):
    faults = [
        (one.id, row["subject"], row["fault"])
        for one in STOCK
        for row in await db.fetch(one.sql)
        if row["fault"]
    ]
    assert faults == []
    return await books_balance(db)


async def test_goods_kept_by_lot_come_in_with_lot_and_last_day_only(api, inventory_db):
    """P-24, F-67."""
    await stocked(api, inventory_db, some(5, "L1", 90))

    wrong = [
        await came_in(api, {"sku": "A", "quantity": 1}),
        await came_in(api, {"sku": "A", "quantity": 1, "lot": "L2"}),
        await came_in(api, some(1, "L1", 91)),
        await came_in(api, some(1, "L2", 10), some(1, "L2", 11)),
        await came_in(api, some(1, "L2", 10, bin="B1")),
    ]
    more = await came_in(api, some(2, "L1", 90))

    assert [one.json()["faults"][0]["pointer"] for one in wrong] == [
        "/lines/0/lot",
        "/lines/0/expires_on",
        "/lines/0/expires_on",
        "/lines/1/expires_on",
        "/lines/0/bin",
    ]
    assert [(line["lot"], line["expires_on"]) for line in more.json()["lines"]] == [("L1", day(90))]
    assert await lying(api) == {("", "L1"): (7, 0)}
    assert await invariants_hold(inventory_db)


async def test_the_lot_that_expires_first_is_proposed_picked_and_shipped_first(api, inventory_db):
    """P-24, R-22: and from the lot the shipment is found."""
    await stocked(api, inventory_db, some(5, "LATE", 90), some(3, "SOON", 10), some(4, "OLD", -1))
    _, task_id = await picking_begun(inventory_db, A=4)

    proposed = await places(api, task_id)
    await confirm(api, task_id)
    between = await lying(api)
    shipment = (await post_outbound(api, task_id)).json()

    assert proposed == [[("", "LATE", 1), ("", "SOON", 3)]]
    assert between == {("", "LATE"): (5, 1), ("", "SOON"): (3, 3), ("", "OLD"): (4, 0)}
    assert await lying(api) == {("", "LATE"): (4, 0), ("", "OLD"): (4, 0)}
    assert [(lot["lot"], lot["quantity"]) for lot in shipment["lines"][0]["lots"]] == [
        ("SOON", 3),
        ("LATE", 1),
    ]
    (lots,) = [one["lots"] for name, one in await told(inventory_db) if name == "outbound-posted"]
    assert {one["lot"]: one["quantity"] for one in lots} == {"SOON": 3, "LATE": 1}
    asked = {"sku": "A", "lot": "SOON"}
    traced = (await api(KEEPER).get("/stock/lot-shipments", params=asked)).json()["items"]
    assert [(one["shipment_id"], one["quantity"]) for one in traced] == [
        (shipment["shipment_id"], 3)
    ]
    assert (await api(BUYER).get("/stock/lot-shipments", params=asked)).status_code == 403
    assert await shelf(inventory_db) == (8, 0)
    assert await invariants_hold(inventory_db)


async def test_a_dealer_gets_no_lot_that_lives_too_short_for_him(api, inventory_db):
    """P-24, E-26: on the last day of his minimum it is good enough."""
    await stocked(api, inventory_db, some(5, "SHORT", 29), some(2, "ENOUGH", 30))
    await choosy(inventory_db, 30)
    _, task_id = await picking_begun(inventory_db, A=3)

    refused = await confirm(api, task_id)
    named = await confirm(api, task_id, {"quantity": 1, "lot": "SHORT"})
    done = await confirm(api, task_id, {"quantity": 2})

    assert slug(refused) == slug(named) == "too-little-to-pick"
    assert refused.json()["lines"] == [{"line_no": 1, "sku": "A", "found": 2}]
    assert done.status_code == 200
    assert await lying(api) == {("", "SHORT"): (5, 0), ("", "ENOUGH"): (2, 2)}
    assert await invariants_hold(inventory_db)


async def test_a_picker_names_the_lot_that_he_took(api, inventory_db):
    """P-24, F-23."""
    await stocked(api, inventory_db, some(5, "LATE", 90), some(5, "SOON", 10))
    _, task_id = await picking_begun(inventory_db, A=6)

    await confirm(api, task_id, {"quantity": 2, "lot": "LATE"}, {"quantity": 1})
    none_such = await confirm(api, task_id, {"quantity": 1, "lot": "NONE"})
    await post_outbound(api, task_id, partial=True)
    await confirm(api, task_id)

    assert slug(none_such) == "too-little-to-pick"
    assert await lying(api) == {("", "LATE"): (3, 0), ("", "SOON"): (4, 3)}
    assert await invariants_hold(inventory_db)


async def test_what_is_put_back_can_be_picked_again(api, inventory_db):
    await stocked(api, inventory_db, some(5, "L1", 90))
    order_id, task_id = await picked(inventory_db, A=4)
    await send(inventory_db, CancelFulfilment(order_id=order_id))

    to_put_back = await places(api, task_id)
    await api(PICKER).post(f"/pick-tasks/{task_id}/put-back", headers=a_key())

    assert to_put_back == [[("", "L1", 4)]]
    assert await lying(api) == {("", "L1"): (5, 0)}
    assert await invariants_hold(inventory_db)


async def test_two_pickers_do_not_take_the_same_goods(api, inventory_db):
    """P-24."""
    await stocked(api, inventory_db, some(3, "L1", 10), some(3, "L2", 20))
    tasks = [(await picking_begun(inventory_db, A=1))[1] for _ in range(6)]

    answers = await asyncio.gather(*(confirm(api, task_id) for task_id in tasks))

    assert {answer.status_code for answer in answers} == {200}
    assert await lying(api) == {("", "L1"): (3, 3), ("", "L2"): (3, 3)}
    assert await invariants_hold(inventory_db)


async def bins(api, *codes, warehouse_id=MAIN):
    body = {"bins": [{"code": code, "zone": "A区"} for code in codes]}
    path = f"/warehouses/{warehouse_id}/bins"
    response = await api(KEEPER).post(path, json=body, headers=a_key())
    assert response.status_code == 200, response.text


async def restow(api, quantity, sku="A", actor=KEEPER, **more):
    body = {"warehouse_id": str(MAIN), "sku": sku, "quantity": quantity} | more
    return await api(actor).post("/stock/restow", json=body, headers=a_key())


async def test_what_lies_in_a_warehouse_waits_to_be_put_away_when_it_gets_bins(api, inventory_db):
    """F-13, F-25: and what comes in can be put away at once."""
    await a_warehouse(inventory_db, A=9)
    without = await lying(api)
    await bins(api, "B-02", "B-01")

    await came_in(api, {"sku": "A", "quantity": 4, "bin": "B-02"})
    moved = await restow(api, 5, to_bin="B-01")
    too_much = await restow(api, 5, to_bin="B-01")
    nowhere = await restow(api, 1, to_bin="B-99")
    foreign = await restow(api, 1, actor=an_actor(Role.WHS, warehouse_ids=frozenset({NORTH})))

    assert without == {}
    assert moved.is_success
    assert (slug(too_much), too_much.json()["found"]) == ("nothing-to-move", 4)
    assert nowhere.json()["faults"][0]["pointer"] == "/to_bin"
    assert foreign.status_code == 404
    assert await lying(api) == {("", ""): (4, 0), ("B-01", ""): (5, 0), ("B-02", ""): (4, 0)}
    listed = (await api(PICKER).get(f"/warehouses/{MAIN}/bins")).json()["items"]
    assert [one["code"] for one in listed] == ["B-01", "B-02"]
    assert await invariants_hold(inventory_db)


async def test_a_pick_list_goes_along_the_bins(api, inventory_db):
    """F-61."""
    await a_warehouse(inventory_db, A=1, B=1, C=1)
    await bins(api, "B-01", "B-02", "B-03")
    for sku, code in (("A", "B-03"), ("B", "B-01"), ("C", "B-02")):
        assert (await restow(api, 1, sku=sku, to_bin=code)).is_success
    _, task_id = await queued(inventory_db, A=1, B=1, C=1)

    task = (await api(PICKER).get(f"/pick-tasks/{task_id}")).json()

    assert [line["sku"] for line in task["lines"]] == ["B", "C", "A"]
    assert await places(api, task_id) == [[("B-01", "", 1)], [("B-02", "", 1)], [("B-03", "", 1)]]


async def test_a_warehouse_without_bins_and_lots_keeps_none(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    _, task_id = await picking_begun(inventory_db, A=4)

    named = await confirm(api, task_id, {"quantity": 1, "lot": "L1"})
    await confirm(api, task_id)
    shipment = await post_outbound(api, task_id)

    assert named.json()["faults"][0]["pointer"] == "/lines"
    assert shipment.json()["lines"][0]["lots"] == []
    assert await inventory_db.fetchval("SELECT count(*) FROM stowed") == 0
    assert await invariants_hold(inventory_db)


async def test_a_virtual_warehouse_has_no_bins_and_no_lots(api, inventory_db):
    await a_warehouse(inventory_db, mode=Mode.DIRECT, A=9)
    await by_lot(inventory_db, "A")

    body = {"bins": [{"code": "B-01", "zone": "A区"}]}
    refused = await api(KEEPER).post(f"/warehouses/{MAIN}/bins", json=body, headers=a_key())
    came = await came_in(api, {"sku": "A", "quantity": 1})

    assert slug(refused) == "no-bins-here"
    assert came.status_code == 201
    assert await lying(api) == {}
    assert await invariants_hold(inventory_db)


async def test_goods_that_were_picked_before_they_were_kept_by_lot_still_leave(api, inventory_db):
    """P-24: what lay there gets its lot when somebody says so."""
    await a_warehouse(inventory_db, A=9)
    _, task_id = await picked(inventory_db, A=4)
    await by_lot(inventory_db, "A")
    _, later = await picking_begun(inventory_db, A=2)

    unknown = await confirm(api, later)
    shipped = await post_outbound(api, task_id)
    said = await restow(api, 3, to_lot="L1", expires_on=day(30))
    again = await restow(api, 1, lot="L1", to_lot="L2", expires_on=day(30))

    assert slug(unknown) == "too-little-to-pick"
    assert shipped.status_code == 201
    assert said.is_success
    assert again.json()["faults"][0]["pointer"] == "/to_lot"
    assert (await confirm(api, later)).status_code == 200
    assert await lying(api) == {("", ""): (2, 0), ("", "L1"): (3, 2)}
    assert await invariants_hold(inventory_db)


async def test_expired_goods_leave_for_that_reason_only(api, inventory_db):
    """P-24, F-69."""
    await stocked(api, inventory_db, some(5, "OLD", -1), some(2, "GOOD", 0))

    async def issue(reason, quantity):
        lines = [{"sku": "A", "quantity": quantity}]
        body = {"warehouse_id": str(MAIN), "reason": reason, "lines": lines}
        draft = (await api(KEEPER).post("/issues", json=body, headers=a_key())).json()
        return await api(KEEPER).post(f"/issues/{draft['document_id']}/post", headers=a_key())

    gift = await issue("GIFT", 3)
    expired = await issue("EXPIRED", 4)
    sample = await issue("SAMPLE", 1)

    assert (slug(gift), gift.json()["lines"][0]["found"]) == ("good-lots-missing", 2)
    assert expired.is_success
    assert sample.is_success
    assert await lying(api) == {("", "OLD"): (1, 0), ("", "GOOD"): (1, 0)}
    assert await invariants_hold(inventory_db)


async def test_lots_travel_with_a_transfer_and_what_is_lost_is_the_last_of_them(api, inventory_db):
    """P-24, F-25."""
    await stocked(api, inventory_db, some(5, "LATE", 90), some(3, "SOON", 10))
    await a_warehouse(inventory_db, warehouse_id=NORTH)
    lines = [{"sku": "A", "quantity": 6}]
    body = {"warehouse_id": str(MAIN), "to_warehouse_id": str(NORTH), "lines": lines}
    draft = (await api(KEEPER).post("/transfers", json=body, headers=a_key())).json()
    path = f"/transfers/{draft['document_id']}"
    await api(KEEPER).post(f"{path}/ship", headers=a_key())
    between = await lying(api, warehouse_id=str(NORTH))
    assert await invariants_hold(inventory_db)

    arrived = {"lines": [{"line_no": 1, "quantity": 4}], "note": "破损两罐"}
    done = await api(OTHER_KEEPER).post(f"{path}/receive", json=arrived, headers=a_key())

    assert done.is_success, done.text
    assert between == {}
    assert await lying(api, warehouse_id=str(NORTH)) == {("", "SOON"): (3, 0), ("", "LATE"): (1, 0)}
    assert await lying(api, warehouse_id=str(MAIN)) == {("", "LATE"): (2, 0)}
    assert await invariants_hold(inventory_db)


async def test_a_count_finds_goods_of_no_known_lot_and_misses_such_first(api, inventory_db):
    """P-15, P-24."""
    await stocked(api, inventory_db, some(5, "L1", 90))

    async def count(quantity):
        body = {"warehouse_id": str(MAIN), "skus": ["A"]}
        draft = (await api(KEEPER).post("/stock-counts", json=body, headers=a_key())).json()
        path = f"/stock-counts/{draft['document_id']}"
        counted = {"lines": [{"sku": "A", "quantity": quantity}]}
        await api(PICKER).post(f"{path}/enter", json=counted, headers=a_key())
        done = await api(KEEPER).post(f"{path}/post", json={"reason": "盘点"}, headers=a_key())
        assert done.is_success, done.text
        return await lying(api)

    assert await count(7) == {("", "L1"): (5, 0), ("", ""): (2, 0)}
    assert await count(4) == {("", "L1"): (4, 0)}
    assert await invariants_hold(inventory_db)


async def test_expected_goods_are_received_by_lot_into_bins(api, inventory_db):
    """F-67, P-24."""
    await stocked(api, inventory_db, some(1, "L0", 5))
    await bins(api, "B-01")
    body = {
        "warehouse_id": str(MAIN),
        "reason": "PURCHASE",
        "source": "厂家",
        "expected_on": day(3),
        "lines": [{"sku": "A", "quantity": 10}],
    }
    expected = (await api(KEEPER).post("/expected-inbounds", json=body, headers=a_key())).json()
    path = f"/expected-inbounds/{expected['document_id']}/receive"

    silent = await api(KEEPER).post(path, json={}, headers=a_key())
    parts = [
        {"line_no": 1, "quantity": 4, "lot": "L1", "expires_on": day(80), "bin": "B-01"},
        {"line_no": 1, "quantity": 6, "lot": "L2", "expires_on": day(90)},
    ]
    done = await api(KEEPER).post(path, json={"lines": parts}, headers=a_key())

    assert silent.json()["faults"][0]["pointer"] == "/lines/0/lot"
    assert done.json()["status"] == "POSTED"
    assert await lying(api) == {("", "L0"): (1, 0), ("B-01", "L1"): (4, 0), ("", "L2"): (6, 0)}
    assert await invariants_hold(inventory_db)
