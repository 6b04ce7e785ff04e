"""Issues, transfers and counts on a real PostgreSQL: what they do to the shelves, and once."""

import asyncio
from uuid import UUID

import pytest

from chassis.auth import Role
from services.inventory.app import SERVICE
from tests.builders.edge import a_key, an_actor, serving
from tests.builders.inventory import (
    BUYER,
    KEEPER,
    MAIN,
    PICKER,
    a_demand,
    a_warehouse,
    books_balance,
    held,
    picking_begun,
    posted,
    said,
    send,
    shelf,
    told,
)

NORTH = UUID(int=2)
ADMIN = an_actor(Role.ADM)
OTHER_KEEPER = an_actor(Role.WHS)
NORTH_KEEPER = an_actor(Role.WHS, warehouse_ids=frozenset({NORTH}))


@pytest.fixture
async def api(inventory_db):
    async with serving(SERVICE, inventory_db) as client:
        yield client


async def drafted(api, resource, **body):
    """Path and body of a new document of the main warehouse."""
    asked = {"warehouse_id": str(MAIN)} | body
    response = await api(KEEPER).post(f"/{resource}", json=asked, headers=a_key())
    assert response.status_code == 201, response.text
    return f"/{resource}/{response.json()['document_id']}", response.json()


def lines(**quantities):
    return [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]


async def step(api, actor, path, body=None, **headers):
    return await api(actor).post(path, json=body, headers=a_key() | headers)


def slug(response):
    return response.json()["type"].rpartition("/")[2]


async def test_goods_are_issued_without_an_order_for_a_reason(api, inventory_db):
    """F-69: with a reason, in the ledger, announced; the number counts by warehouse and kind."""
    await a_warehouse(inventory_db, A=9, B=5)
    wanted = [*lines(A=2, B=1), *lines(A=1)]

    path, draft = await drafted(api, "issues", reason="SAMPLE", note="展会", lines=wanted)
    before = await shelf(inventory_db)
    done = await step(api, KEEPER, f"{path}/post")

    assert draft["number"].startswith("LY-W1-")
    assert draft["number"].endswith("-000001")
    assert [(line["sku"], line["quantity"]) for line in draft["lines"]] == [("A", 3), ("B", 1)]
    assert before == (9, 0)
    assert done.json()["status"] == "POSTED"
    assert await shelf(inventory_db) == (6, 0)
    name, facts = (await told(inventory_db))[-1]
    assert (name, facts["reason"]) == ("stock-issued", "SAMPLE")
    assert await books_balance(inventory_db)


async def test_an_issue_cannot_take_what_orders_hold(api, inventory_db):
    """F-69, I-1."""
    await a_warehouse(inventory_db, A=9)
    await held(inventory_db, A=7)
    path, _ = await drafted(api, "issues", reason="GIFT", lines=lines(A=3))

    refused = await step(api, KEEPER, f"{path}/post")

    assert slug(refused) == "too-little-available"
    assert refused.json()["lines"] == [{"sku": "A", "quantity": 3, "available": 2}]
    assert await shelf(inventory_db) == (9, 7)


async def test_a_large_issue_waits_for_another_person(api, inventory_db):
    await a_warehouse(inventory_db, A=500)
    path, draft = await drafted(api, "issues", reason="DAMAGE", lines=lines(A=100))

    early = await step(api, KEEPER, f"{path}/post")
    his_own = await step(api, KEEPER, f"{path}/approve")
    approved = await step(api, OTHER_KEEPER, f"{path}/approve")
    done = await step(api, KEEPER, f"{path}/post")

    assert draft["allowed_actions"] == ["post", "cancel"]
    assert (slug(early), early.json()["approval_quantity"]) == ("approval-needed", 100)
    assert (his_own.status_code, slug(his_own)) == (403, "another-person-needed")
    assert approved.json()["approved_by"] == str(OTHER_KEEPER.user_id)
    assert done.status_code == 200
    assert await shelf(inventory_db) == (400, 0)


async def test_however_often_it_is_clicked_an_issue_is_posted_once(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    path, _ = await drafted(api, "issues", reason="INTERNAL_USE", lines=lines(A=2))

    answers = await asyncio.gather(*(step(api, KEEPER, f"{path}/post") for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert await shelf(inventory_db) == (7, 0)
    assert await books_balance(inventory_db)


async def test_a_cancelled_draft_moves_nothing_and_keeps_its_number(api, inventory_db):
    """F-27: no gap, the number is that of a cancelled document."""
    await a_warehouse(inventory_db, A=9)
    path, _ = await drafted(api, "issues", reason="GIFT", lines=lines(A=1))

    cancelled = await step(api, KEEPER, f"{path}/cancel")
    late = await step(api, KEEPER, f"{path}/post")
    _, following = await drafted(api, "issues", reason="GIFT", lines=lines(A=1))

    assert (cancelled.json()["status"], cancelled.json()["allowed_actions"]) == ("CANCELLED", [])
    assert (slug(late), late.json()["current_status"]) == ("document-moved-on", "CANCELLED")
    assert following["number"].endswith("-000002")
    assert await shelf(inventory_db) == (9, 0)


async def test_numbers_have_no_gaps_though_drafts_fail(api, inventory_db):
    """F-27, F-70: parallel drafts, a third of which are refused."""
    await a_warehouse(inventory_db, A=9)

    async def draft(number):
        sku = "NONE" if number % 3 == 0 else "A"
        body = {"warehouse_id": str(MAIN), "reason": "GIFT", "lines": lines(**{sku: 1})}
        return await api(KEEPER).post("/issues", json=body, headers=a_key())

    answers = await asyncio.gather(*(draft(number) for number in range(30)))

    numbers = sorted(answer.json()["number"] for answer in answers if answer.status_code == 201)
    assert [int(number[-6:]) for number in numbers] == list(range(1, 21))


async def test_a_transfer_on_its_way_is_in_neither_warehouse(api, inventory_db):
    """F-25: what is in transit cannot be ordered anywhere; received, it can."""
    await a_warehouse(inventory_db, A=9)
    await a_warehouse(inventory_db, warehouse_id=NORTH)
    path, draft = await drafted(api, "transfers", to_warehouse_id=str(NORTH), lines=lines(A=4))

    await step(api, KEEPER, f"{path}/ship")
    sent = (await api(KEEPER).get("/stock", params={"q": "A"})).json()["items"]
    await send(inventory_db, a_demand(A=6), a_demand(warehouse_id=NORTH, A=1))
    done = await step(api, NORTH_KEEPER, f"{path}/receive", {})

    assert draft["number"].startswith("DB-W1-")
    assert [(one["on_hand"], one["in_transit"]) for one in sent] == [(5, 0), (0, 4)]
    assert (await said(inventory_db)).count("stock-refused") == 2
    assert (done.json()["status"], done.json()["lines"][0]["received"]) == ("POSTED", 4)
    assert await shelf(inventory_db, warehouse_id=NORTH) == (4, 0)
    names = await said(inventory_db)
    assert names[-2:] == ["inbound-posted", "transfer-received"]
    assert await books_balance(inventory_db)


async def test_what_does_not_arrive_is_written_off_by_another_with_a_note(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    await a_warehouse(inventory_db, warehouse_id=NORTH)
    path, _ = await drafted(api, "transfers", to_warehouse_id=str(NORTH), lines=lines(A=4))
    await step(api, KEEPER, f"{path}/ship")
    body = {"lines": [{"line_no": 1, "quantity": 3}], "note": "破损一件"}

    silent = await step(api, NORTH_KEEPER, f"{path}/receive", body | {"note": ""})
    sender = await step(api, KEEPER, f"{path}/receive", body)
    more = await step(
        api, NORTH_KEEPER, f"{path}/receive", {"lines": [{"line_no": 1, "quantity": 5}]}
    )
    done = await step(api, NORTH_KEEPER, f"{path}/receive", body)

    assert silent.json()["faults"][0]["pointer"] == "/note"
    assert slug(sender) == "another-person-needed"
    assert more.status_code == 422
    assert done.json()["note"] == "破损一件"
    assert (await told(inventory_db))[-1][1]["lost"] == [{"line_no": 1, "sku": "A", "quantity": 1}]
    assert await shelf(inventory_db, warehouse_id=NORTH) == (3, 0)


async def test_goods_that_move_during_a_count_do_not_distort_it(api, inventory_db):
    """P-15: an outbound before the counting, and one between it and the posting."""
    await a_warehouse(inventory_db, A=20, B=5)
    path, sheet = await drafted(api, "stock-counts", skus=["A"])
    await posted(inventory_db, A=4)

    entered = await step(api, PICKER, f"{path}/enter", {"lines": lines(A=15)})
    await posted(inventory_db, A=2)
    unsaid = await step(api, KEEPER, f"{path}/post", {})
    done = await step(api, KEEPER, f"{path}/post", {"reason": "盘亏"})

    assert [(line["sku"], line["expected"]) for line in sheet["lines"]] == [("A", None)]
    (line,) = entered.json()["lines"]
    assert (line["expected"], line["moved"], line["counted"], line["difference"]) == (
        20,
        -4,
        15,
        -1,
    )
    assert unsaid.json()["faults"][0]["pointer"] == "/reason"
    assert done.json()["status"] == "POSTED"
    assert await shelf(inventory_db) == (13, 0)
    assert (await told(inventory_db))[-1][1]["lines"] == [
        {"line_no": 1, "sku": "A", "difference": -1}
    ]
    assert await books_balance(inventory_db)


async def test_a_large_difference_is_approved_by_who_neither_drafted_nor_counted(api, inventory_db):
    """P-15: counted anew, the approval is void."""
    await a_warehouse(inventory_db, A=500)
    path, _ = await drafted(api, "stock-counts")
    await step(api, OTHER_KEEPER, f"{path}/enter", {"lines": lines(A=300)})

    early = await step(api, KEEPER, f"{path}/post", {"reason": "盘亏"})
    counter = await step(api, OTHER_KEEPER, f"{path}/approve")
    await step(api, ADMIN, f"{path}/approve")
    await step(api, OTHER_KEEPER, f"{path}/enter", {"lines": lines(A=310)})
    again = await step(api, KEEPER, f"{path}/post", {"reason": "盘亏"})
    await step(api, ADMIN, f"{path}/approve")
    done = await step(api, KEEPER, f"{path}/post", {"reason": "盘亏"})

    assert [slug(one) for one in (early, counter, again)] == [
        "approval-needed",
        "another-person-needed",
        "approval-needed",
    ]
    assert done.json()["approved_by"] == str(ADMIN.user_id)
    assert await shelf(inventory_db) == (310, 0)


async def test_a_count_below_what_orders_hold_is_refused_with_the_way_out(api, inventory_db):
    """I-1."""
    await a_warehouse(inventory_db, A=10)
    await held(inventory_db, A=8)
    path, _ = await drafted(api, "stock-counts")
    await step(api, PICKER, f"{path}/enter", {"lines": lines(A=7)})

    refused = await step(api, KEEPER, f"{path}/post", {"reason": "盘亏"})

    assert slug(refused) == "held-goods-missing"
    assert refused.json()["lines"] == [{"sku": "A", "difference": -3, "free": 2}]
    assert await shelf(inventory_db) == (10, 8)


async def test_what_a_picker_did_not_find_is_nobodys_until_it_is_counted(api, inventory_db):
    """F-57, P-15, I-1: by the book it is on hand; a count says what is there."""
    await a_warehouse(inventory_db, A=10)
    _, task_id = await picking_begun(inventory_db, A=8)
    missing = {"line_no": 1, "quantity": 3, "reason": "NOT_FOUND"}

    short = await step(api, PICKER, f"/pick-tasks/{task_id}/short", {"lines": [missing]})
    (before,) = (await api(KEEPER).get("/stock")).json()["items"]
    path, _ = await drafted(api, "stock-counts", skus=["A"])
    await step(api, PICKER, f"{path}/enter", {"lines": lines(A=8)})
    done = await step(api, KEEPER, f"{path}/post", {"reason": "盘亏"})
    in_doubt = await inventory_db.fetchval("SELECT in_doubt FROM stock")

    assert short.json()["lines"][0]["backordered"] == 3
    assert (before["on_hand"], before["in_doubt"], before["available"]) == (10, 3, 2)
    assert (done.status_code, in_doubt) == (200, 0)
    assert await inventory_db.fetchval("SELECT count(settled_by) FROM stock_doubts") == 1
    assert await books_balance(inventory_db)


async def test_a_count_finds_what_never_lay_there_and_is_posted_when_all_is_counted(
    api, inventory_db
):
    await a_warehouse(inventory_db, A=10)
    await a_warehouse(inventory_db, warehouse_id=NORTH, B=1)
    path, _ = await drafted(api, "stock-counts", skus=["A", "B"])

    half = await step(api, PICKER, f"{path}/enter", {"lines": lines(A=7)})
    early = await step(api, KEEPER, f"{path}/post", {"reason": "盘点"})
    await step(api, PICKER, f"{path}/enter", {"lines": lines(B=2)})
    done = await step(api, KEEPER, f"{path}/post", {"reason": "盘点"})

    assert half.json()["status"] == "DRAFT"
    assert (slug(early), early.json()["skus"]) == ("count-not-complete", ["B"])
    assert done.json()["status"] == "POSTED"
    assert await shelf(inventory_db) == (7, 0)
    assert await shelf(inventory_db, "B") == (2, 0)
    assert await books_balance(inventory_db)


async def test_documents_are_listed_by_page_status_and_number(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    paths = [(await drafted(api, "issues", reason="GIFT", lines=lines(A=1)))[0] for _ in range(3)]
    await step(api, KEEPER, f"{paths[0]}/post")

    first = (await api(KEEPER).get("/issues", params={"limit": 2})).json()
    rest = (await api(KEEPER).get("/issues", params={"cursor": first["next_cursor"]})).json()
    drafts = (await api(KEEPER).get("/issues", params={"status": "DRAFT"})).json()["items"]
    other = (await api(KEEPER).get("/issues", params={"q": "LY-W9"})).json()["items"]

    assert [one["number"][-6:] for one in first["items"] + rest["items"]] == [
        "000003",
        "000002",
        "000001",
    ]
    assert len(drafts) == 2
    assert other == []


async def test_only_the_keepers_of_a_warehouse_see_and_write_its_documents(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    await a_warehouse(inventory_db, warehouse_id=NORTH)
    path, _ = await drafted(api, "issues", reason="GIFT", lines=lines(A=1))
    body = {"warehouse_id": str(MAIN), "reason": "GIFT", "lines": lines(A=1)}

    seen = await api(NORTH_KEEPER).get(path)
    posted_by_north = await step(api, NORTH_KEEPER, f"{path}/post")
    written = await api(NORTH_KEEPER).post("/issues", json=body, headers=a_key())
    dealer = await api(BUYER).get(path)

    assert [one.status_code for one in (seen, posted_by_north, written, dealer)] == [
        404,
        404,
        404,
        403,
    ]


async def test_who_saw_an_older_version_is_told(api, inventory_db):
    await a_warehouse(inventory_db, A=9)
    path, _ = await drafted(api, "issues", reason="GIFT", lines=lines(A=1))
    await step(api, OTHER_KEEPER, f"{path}/approve")

    stale = await step(api, KEEPER, f"{path}/post", **{"If-Match": '"1"'})

    assert stale.status_code == 412
    assert stale.json()["current_version"] == 2
