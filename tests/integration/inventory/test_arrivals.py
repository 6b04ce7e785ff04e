"""Goods that are expected, on a real PostgreSQL: announced, received part by part, closed."""

import asyncio

import pytest

from chassis.auth import Role
from services.inventory.app import SERVICE
from tests.builders.edge import a_key, an_actor, serving
from tests.builders.inventory import (
    BUYER,
    KEEPER,
    MAIN,
    PICKER,
    a_warehouse,
    books_balance,
    shelf,
    told,
)

ADMIN = an_actor(Role.ADM)
SELLER = an_actor(Role.SAL)


@pytest.fixture
async def api(inventory_db):
    async with serving(SERVICE, inventory_db) as client:
        yield client


async def expected(api, **quantities):
    """Path and body of goods that are announced for the main warehouse."""
    body = {
        "warehouse_id": str(MAIN),
        "reason": "PURCHASE",
        "source": "美的集团",
        "expected_on": "2026-12-24",
        "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()],
    }
    response = await api(ADMIN).post("/expected-inbounds", json=body, headers=a_key())
    assert response.status_code == 201, response.text
    return f"/expected-inbounds/{response.json()['document_id']}", response.json()


async def receive(api, path, note="", actor=KEEPER, **quantities):
    """`receive(api, path, A=2)`: of the lines in their order; nothing named: all the rest."""
    lines = [{"line_no": no, "quantity": one} for no, one in enumerate(quantities.values(), 1)]
    body = {"note": note} | ({"lines": lines} if lines else {})
    return await api(actor).post(f"{path}/receive", json=body, headers=a_key())


def slug(response):
    return response.json()["type"].rpartition("/")[2]


async def incoming(api, **asked):
    answer = await api(SELLER).get("/stock/incoming", params=asked)
    return [(one["sku"], one["quantity"], one["expected_on"]) for one in answer.json()["items"]]


async def test_what_is_expected_comes_part_by_part_each_by_its_own_note(api, inventory_db):
    """F-67, F-70."""
    await a_warehouse(inventory_db, A=1, B=1)
    path, announced = await expected(api, A=10, B=4)
    nothing_yet = await shelf(inventory_db)

    first = (await receive(api, path, A=6, B=4)).json()
    between = await incoming(api)
    last = (await receive(api, path)).json()
    after = await receive(api, path)

    assert announced["number"].startswith("YD-W1-")
    assert announced["allowed_actions"] == ["reschedule", "close"]
    assert nothing_yet == (1, 0)
    assert (first["status"], [line["received"] for line in first["lines"]]) == ("EXPECTED", [6, 4])
    assert first["allowed_actions"] == ["receive", "reschedule", "close"]
    assert between == [("A", 4, "2026-12-24")]
    assert (last["status"], last["received"]) == ("POSTED", 14)
    assert await incoming(api) == []
    assert (after.status_code, slug(after)) == (409, "document-moved-on")
    assert await shelf(inventory_db, "A") == (11, 0)
    assert await shelf(inventory_db, "B") == (5, 0)
    asked = {"expected_id": announced["document_id"]}
    notes = (await api(KEEPER).get("/inbounds", params=asked)).json()["items"]
    assert [(one["quantity"], one["source"]) for one in notes] == [
        (4, "美的集团"),
        (10, "美的集团"),
    ]
    assert [one["number"][-6:] for one in notes] == ["000003", "000002"]
    assert [name for name, _ in await told(inventory_db)] == ["inbound-posted"] * 3
    assert await books_balance(inventory_db)


async def test_more_than_was_expected_needs_a_reason(api, inventory_db):
    """F-67."""
    await a_warehouse(inventory_db, A=1)
    path, _ = await expected(api, A=10)

    refused = await receive(api, path, A=12)
    nothing = await receive(api, path, A=0)
    unknown = await receive(api, path, A=1, B=1)
    done = await receive(api, path, note="供应商多发两件", A=12)

    assert [answer.status_code for answer in (refused, nothing, unknown)] == [422] * 3
    assert refused.json()["faults"][0]["pointer"] == "/note"
    assert (done.json()["status"], done.json()["received"]) == ("POSTED", 12)
    (note, _) = (await api(KEEPER).get("/inbounds")).json()["items"]
    assert note["note"] == "供应商多发两件"
    assert await shelf(inventory_db) == (13, 0)


async def test_what_never_came_is_closed_with_a_reason(api, inventory_db):
    """F-67: what came stays; what nothing came of is cancelled."""
    await a_warehouse(inventory_db, A=1)
    partly, _ = await expected(api, A=10)
    never, _ = await expected(api, A=5)
    await receive(api, partly, A=3)

    for path in (partly, never):
        silent = await api(ADMIN).post(f"{path}/close", json={"reason": ""}, headers=a_key())
        assert silent.status_code == 422
        body = {"reason": "供应商停产"}
        assert (await api(ADMIN).post(f"{path}/close", json=body, headers=a_key())).is_success

    shown = [(await api(KEEPER).get(path)).json() for path in (partly, never)]
    assert [one["status"] for one in shown] == ["POSTED", "CANCELLED"]
    assert [one["closing"] for one in shown] == ["供应商停产"] * 2
    assert [one["allowed_actions"] for one in shown] == [[], []]
    assert await incoming(api) == []
    assert await shelf(inventory_db) == (4, 0)


async def test_it_comes_on_another_day_and_lists_by_day(api, inventory_db):
    """P-02: the day is what can be promised."""
    await a_warehouse(inventory_db, A=1)
    path, one = await expected(api, A=10)
    await expected(api, A=5)

    body = {"expected_on": "2027-01-05"}
    moved = await api(KEEPER).post(
        f"{path}/reschedule", json=body, headers=a_key() | {"If-Match": f'"{one["version"]}"'}
    )
    stale = await api(KEEPER).post(
        f"{path}/reschedule", json=body, headers=a_key() | {"If-Match": f'"{one["version"]}"'}
    )
    asked = {"expected_until": "2026-12-31", "status": "EXPECTED", "warehouse_id": str(MAIN)}
    listed = (await api(SELLER).get("/expected-inbounds", params=asked)).json()["items"]

    assert moved.json()["expected_on"] == "2027-01-05"
    assert stale.status_code == 412
    assert [one["quantity"] for one in listed] == [5]
    assert await incoming(api, sku="A") == [("A", 5, "2026-12-24"), ("A", 10, "2027-01-05")]


async def test_a_transfer_on_its_way_is_incoming_by_its_day(api, inventory_db):
    """F-25, P-02."""
    north = an_actor(Role.WHS).user_id
    await a_warehouse(inventory_db, A=9)
    await a_warehouse(inventory_db, warehouse_id=north)
    body = {
        "warehouse_id": str(MAIN),
        "to_warehouse_id": str(north),
        "expected_on": "2026-12-03",
        "lines": [{"sku": "A", "quantity": 4}],
    }
    draft = (await api(KEEPER).post("/transfers", json=body, headers=a_key())).json()
    before = await incoming(api, warehouse_id=north)

    await api(KEEPER).post(f"/transfers/{draft['document_id']}/ship", headers=a_key())

    assert before == []
    assert await incoming(api, warehouse_id=north) == [("A", 4, "2026-12-03")]


async def test_however_often_it_is_clicked_goods_come_in_once(api, inventory_db):
    """F-67, F-70."""
    await a_warehouse(inventory_db, A=1)
    path, _ = await expected(api, A=10)

    answers = await asyncio.gather(*(receive(api, path) for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert await shelf(inventory_db) == (11, 0)
    assert await books_balance(inventory_db)


async def test_who_is_no_keeper_receives_nothing(api, inventory_db):
    await a_warehouse(inventory_db, A=1)
    path, _ = await expected(api, A=10)

    answers = [await receive(api, path, actor=actor) for actor in (PICKER, BUYER, SELLER, ADMIN)]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert await shelf(inventory_db) == (1, 0)
