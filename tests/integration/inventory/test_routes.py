"""The API of inventory: each role sees and does what is his, and is told the way out."""

import pytest

from chassis.auth import Role
from chassis.db import transaction
from chassis.ids import uuid7
from chassis.scope import reading
from contracts.inventory import CancelFulfilment, FirmReservation
from services.inventory.app import SERVICE
from services.inventory.commands import projecting
from services.inventory.domain.fulfilment import Mode
from tests.builders.dealers import a_dealer_state
from tests.builders.edge import a_key, an_actor, serving
from tests.builders.inventory import (
    BUYER,
    DRIVER,
    KEEPER,
    MAIN,
    OTHER_DEALER,
    PICKER,
    a_demand,
    a_warehouse,
    delivered,
    held,
    picked,
    posted,
    queued,
    received,
    said,
    send,
    shelf,
    told,
)

ADMIN = an_actor(Role.ADM)
SALESPERSON = an_actor(Role.SAL)


@pytest.fixture
async def api(inventory_db):
    async with serving(SERVICE, inventory_db) as client:
        yield client


async def test_an_administrator_opens_a_warehouse(api):
    body = {"code": "GZ", "name": "广州仓", "mode": "MANUAL"}

    created = await api(ADMIN).post("/warehouses", json=body, headers=a_key())
    again = await api(ADMIN).post("/warehouses", json=body, headers=a_key())
    listed = await api(ADMIN).get("/warehouses")

    assert created.status_code == 201
    assert again.json()["type"].endswith("/warehouse-code-taken")
    assert again.json()["warehouse_id"] == created.json()["warehouse_id"]
    assert listed.json()["items"] == [created.json()]
    assert created.json()["allowed_actions"] == ["change"]


async def test_a_warehouse_changes_for_him_who_saw_it_last(api, inventory_db):
    await a_warehouse(inventory_db)

    changed = await api(ADMIN).post(
        f"/warehouses/{MAIN}/change",
        json={"one_person": True},
        headers=a_key() | {"If-Match": '"1"'},
    )
    stale = await api(ADMIN).post(
        f"/warehouses/{MAIN}/change", json={"name": "新"}, headers=a_key() | {"If-Match": '"1"'}
    )

    assert (changed.json()["one_person"], changed.json()["version"]) == (True, 2)
    assert stale.status_code == 412


async def test_goods_come_in(api, inventory_db):
    await a_warehouse(inventory_db, A=1)
    lines = [{"sku": "A", "quantity": 4}, {"sku": "A", "quantity": 5}]
    body = {"warehouse_id": str(MAIN), "source": "工厂", "lines": lines}
    key = a_key()

    response = await api(KEEPER).post("/inbounds", json=body, headers=key)
    again = await api(KEEPER).post("/inbounds", json=body, headers=key)

    assert response.status_code == 201
    assert response.json()["number"].endswith("-000002")
    assert [line["quantity"] for line in response.json()["lines"]] == [4, 5]
    assert again.content == response.content
    assert await shelf(inventory_db) == (10, 0)
    assert (await told(inventory_db))[-1][1]["number"] == response.json()["number"]
    listed = (await api(KEEPER).get("/inbounds")).json()["items"]
    assert [(one["line_count"], one["quantity"]) for one in listed] == [(2, 9), (1, 1)]


async def test_an_unknown_product_is_refused_with_its_line(api, inventory_db):
    await a_warehouse(inventory_db, A=1)
    lines = [{"sku": "A", "quantity": 4}, {"sku": "B", "quantity": 5}]
    body = {"warehouse_id": str(MAIN), "source": "工厂", "lines": lines}

    response = await api(KEEPER).post("/inbounds", json=body, headers=a_key())

    assert response.status_code == 422
    assert response.json()["faults"] == [
        {"pointer": "/lines/1/sku", "fault": "There is no product B."}
    ]
    assert await shelf(inventory_db) == (1, 0)


async def test_two_thousand_lines_come_in_at_once(api, inventory_db):
    skus = [f"SKU-{number:05}" for number in range(2_000)]
    await a_warehouse(inventory_db, **dict.fromkeys(skus, 1))
    lines = [{"sku": sku, "quantity": 10} for sku in skus]
    body = {"warehouse_id": str(MAIN), "source": "期初", "lines": lines}

    response = await api(KEEPER).post("/inbounds", json=body, headers=a_key())

    assert response.status_code == 201
    assert await inventory_db.fetchval("SELECT sum(on_hand) FROM stock") == 22_000


async def test_stock_is_listed_by_place_and_found_by_name(api, inventory_db):
    await a_warehouse(inventory_db, A=5, B=6, C=7)
    await held(inventory_db, B=2)

    first = (await api(KEEPER).get("/stock", params={"limit": 2})).json()
    rest = (await api(KEEPER).get("/stock", params={"cursor": first["next_cursor"]})).json()
    found = (await api(KEEPER).get("/stock", params={"q": "b", "warehouse_id": str(MAIN)})).json()

    assert [item["sku"] for item in first["items"] + rest["items"]] == ["A", "B", "C"]
    (item,) = found["items"]
    assert (item["on_hand"], item["reserved"], item["available"]) == (6, 2, 4)
    assert (item["name"], item["unit"]) == ("商品", "件")


async def test_an_order_is_fulfilled_over_http(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    order_id, task_id = await queued(inventory_db, A=2)
    steps = [
        (PICKER, f"/pick-tasks/{task_id}/start", None),
        (PICKER, f"/pick-tasks/{task_id}/confirm", {"lines": [{"line_no": 1, "quantity": 2}]}),
        (KEEPER, "/outbounds", {"pick_task_id": str(task_id)}),
    ]
    for actor, path, body in steps:
        response = await api(actor).post(path, json=body, headers=a_key())
        assert response.status_code in {200, 201}, response.text
    shipment = response.json()
    path = f"/shipments/{shipment['shipment_id']}"
    for actor, verb, body in (
        (DRIVER, "dispatch", {"mode": "CARRIER", "tracking_number": "SF123"}),
        (DRIVER, "deliver", {"proof": "李四签收"}),
        (BUYER, "receive", None),
    ):
        shown = (await api(actor).get(path)).json()
        assert verb in shown["allowed_actions"]
        response = await api(actor).post(f"{path}/{verb}", json=body, headers=a_key())
        assert response.status_code == 200, response.text

    assert response.json()["status"] == "RECEIVED"
    assert response.json()["allowed_actions"] == []
    assert (await said(inventory_db, order_id))[-1] == "shipment-received"
    actors = await inventory_db.fetch("SELECT DISTINCT actor FROM outbox WHERE actor IS NOT NULL")
    assert {row["actor"] for row in actors} == {
        one.reference for one in (PICKER, KEEPER, DRIVER, BUYER)
    }


async def test_who_picked_is_not_offered_to_post_the_outbound(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    _, task_id = await picked(inventory_db, A=2)
    both = an_actor(Role.PCK, Role.WHS, user_id=PICKER.user_id)

    his = await api(both).get(f"/pick-tasks/{task_id}")
    refused = await api(both).post(
        "/outbounds", json={"pick_task_id": str(task_id)}, headers=a_key()
    )
    anothers = await api(KEEPER).get(f"/pick-tasks/{task_id}")

    assert his.json()["allowed_actions"] == []
    assert refused.json()["type"].endswith("/second-person-needed")
    assert refused.status_code == 403
    assert anothers.json()["allowed_actions"] == ["post"]
    assert anothers.headers["ETag"] == '"3"'


async def test_a_cancelled_order_is_put_back_over_http(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    order_id, task_id = await picked(inventory_db, A=2)
    await send(inventory_db, CancelFulfilment(order_id=order_id))

    listed = await api(PICKER).get("/pick-tasks", params={"status": "PUT_BACK"})
    response = await api(PICKER).post(f"/pick-tasks/{task_id}/put-back", headers=a_key())

    assert [one["allowed_actions"] for one in listed.json()["items"]] == [["put-back"]]
    assert response.json()["status"] == "CANCELLED"
    assert await shelf(inventory_db) == (9, 0)


async def test_counts_are_the_lengths_of_the_lists(api, inventory_db):
    """F-73."""
    await a_warehouse(inventory_db, A=99)
    for reach in (posted, delivered, delivered, received, queued, picked, picked):
        await reach(inventory_db, A=1)

    for actor, resource in ((KEEPER, "pick-tasks"), (KEEPER, "shipments"), (BUYER, "shipments")):
        counts = (await api(actor).get(f"/{resource}/counts")).json()
        for status, count in counts.items():
            listed = await api(actor).get(f"/{resource}", params={"status": status})
            assert len(listed.json()["items"]) == count, (resource, status)
    assert counts == {"READY": 1, "IN_TRANSIT": 0, "DELIVERED": 2, "RECEIVED": 1}


async def test_a_dealer_sees_his_own_shipments_only(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    _, shipment_id = await delivered(inventory_db, A=2)
    other = an_actor(Role.DLR, dealer_id=OTHER_DEALER)

    seen = await api(other).get("/shipments")
    shown = await api(other).get(f"/shipments/{shipment_id}")
    counted = await api(other).get("/shipments/counts")
    asked = await api(other).get("/shipments", params={"dealer_id": str(BUYER.dealer_id)})
    done = await api(other).post(f"/shipments/{shipment_id}/receive", headers=a_key())
    missing = await api(other).post(f"/shipments/{uuid7()}/receive", headers=a_key())

    assert seen.json()["items"] == asked.json()["items"] == []
    assert shown.status_code == 404
    assert sum(counted.json().values()) == 0
    assert [one.status_code for one in (done, missing)] == [404, 404]
    assert done.json()["type"] == missing.json()["type"]


async def test_a_salesperson_sees_the_shipments_of_his_dealers(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    await delivered(inventory_db, A=2)
    before = await api(SALESPERSON).get("/shipments")
    await inventory_db.execute(
        """
        INSERT INTO dealers (dealer_id, version, code, name, status, salesperson_id)
        VALUES ($1, 1, 'JXS-1', '华南五金', 'ACTIVE', $2)
        """,
        BUYER.dealer_id,
        SALESPERSON.user_id,
    )

    after = await api(SALESPERSON).get("/shipments")

    assert before.json()["items"] == []
    assert [one["dealer_name"] for one in after.json()["items"]] == ["华南五金"]


async def test_who_leads_a_territory_sees_what_leaves_for_its_dealers_and_does_nothing_to_it(
    api, inventory_db
):
    """P-10."""
    await a_warehouse(inventory_db, A=9)
    _, shipment_id = await delivered(inventory_db, A=2)
    async with transaction(inventory_db) as tx:
        state = a_dealer_state(dealer_id=BUYER.dealer_id, province="广东省", city="广州市")
        await projecting.keep_dealers(tx, [state])
    seen = {
        place: [
            (await api(an_actor(Role.SAL, territories=frozenset({place}))).get(path)).json()
            for path in ("/shipments", "/pick-tasks", f"/shipments/{shipment_id}")
        ]
        for place in ("广东省", "广东省/广州市", "广东省/深圳市")
    }

    for place in ("广东省", "广东省/广州市"):
        shipments, _, shown = seen[place]
        assert [one["dealer_name"] for one in shipments["items"]] == [state.name]
        assert shown["allowed_actions"] == []
    assert seen["广东省/深圳市"][0]["items"] == []
    assert seen["广东省/深圳市"][2]["status"] == 404


async def test_people_see_the_warehouses_they_work_in(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    await queued(inventory_db, A=2)
    stranger = an_actor(Role.PCK, warehouse_ids=frozenset({uuid7()}))
    mate = an_actor(Role.PCK, warehouse_ids=frozenset({MAIN}))

    for path in ("/pick-tasks", "/stock", "/warehouses", "/inbounds"):
        assert (await api(stranger).get(path)).json()["items"] == [], path
        assert len((await api(mate).get(path)).json()["items"]) == 1, path


async def test_goods_do_not_come_into_a_warehouse_of_others(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    stranger = an_actor(Role.WHS, warehouse_ids=frozenset({uuid7()}))
    body = {"warehouse_id": str(MAIN), "source": "x", "lines": [{"sku": "A", "quantity": 1}]}

    response = await api(stranger).post("/inbounds", json=body, headers=a_key())

    assert response.status_code == 404


async def test_what_is_not_released_is_not_in_the_queue(api, inventory_db):
    """F-22."""
    await a_warehouse(inventory_db, A=9)
    await held(inventory_db, A=2)
    await held(inventory_db, firm=False, A=2)
    _, task_id = await queued(inventory_db, A=2)

    listed = await api(PICKER).get("/pick-tasks")

    assert [one["pick_task_id"] for one in listed.json()["items"]] == [str(task_id)]


async def test_a_double_click_posts_one_outbound(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    _, task_id = await picked(inventory_db, A=2)
    body, key = {"pick_task_id": str(task_id)}, a_key()

    first = await api(KEEPER).post("/outbounds", json=body, headers=key)
    second = await api(KEEPER).post("/outbounds", json=body, headers=key)
    third = await api(KEEPER).post("/outbounds", json=body, headers=a_key())

    assert second.content == first.content
    assert third.status_code == 409
    assert third.json()["shipments"] == [first.json()["number"]]
    assert await inventory_db.fetchval("SELECT count(*) FROM shipments") == 1


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        (Role.SAL, "POST", "/inbounds"),
        (Role.PCK, "POST", "/inbounds"),
        (Role.WHS, "POST", "/warehouses"),
        (Role.WHS, "POST", f"/pick-tasks/{MAIN}/start"),
        (Role.PCK, "POST", "/outbounds"),
        (Role.WHS, "POST", f"/shipments/{MAIN}/dispatch"),
        (Role.DLV, "POST", f"/shipments/{MAIN}/receive"),
        (Role.DLR, "GET", "/stock"),
        (Role.DLR, "GET", "/pick-tasks"),
        (Role.DLR, "GET", "/inbounds"),
        (Role.APPLICANT, "GET", "/shipments"),
    ],
)
async def test_a_role_that_may_not_is_told_so(api, role, method, path):
    response = await api(an_actor(role)).request(method, path, headers=a_key(), json={})

    assert response.status_code == 403
    assert response.json()["type"].endswith("/forbidden")


async def test_a_direct_shipment_shows_in_the_dealers_list(api, inventory_db):
    await a_warehouse(inventory_db, mode=Mode.DIRECT, A=9)
    ask = a_demand(A=2)
    await send(inventory_db, ask)
    await send(inventory_db, FirmReservation(order_id=ask.order_id, release=True))

    listed = (await api(BUYER).get("/shipments", params={"status": "RECEIVED"})).json()["items"]

    assert [(one["quantity"], one["posted_by"]) for one in listed] == [(2, None)]


async def test_the_database_itself_shows_pickers_their_warehouses_alone(inventory_db, api):
    """P-10: whatever a query asks for."""
    await a_warehouse(inventory_db, A=9)
    await queued(inventory_db, A=2)
    seen = []
    for warehouses in (None, {MAIN}, {uuid7()}):
        bound = None if warehouses is None else frozenset(warehouses)
        async with reading(api.runtime, an_actor(Role.PCK, warehouse_ids=bound)) as reader:
            seen.append(
                [
                    await reader.fetchval("SELECT count(*) FROM fulfilments"),
                    await reader.fetchval("SELECT count(*) FROM pick_tasks"),
                ]
            )

    assert seen == [[1, 1], [1, 1], [0, 0]]
