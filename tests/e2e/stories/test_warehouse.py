"""What the warehouse writes: goods come, leave without an order, move, and are counted."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from deploy.demo import steps
from deploy.demo.client import Refused
from deploy.demo.stage import eventually
from tests.builders.trade import CREDIT, OTHER_HOUSE, opened

LIMIT = 10_000_000
NEWS = (*steps.NEWS_ON_ITS_WAY, "invalid-request")


def in_days(days):
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def slug(refusal):
    return refusal.value.slug


async def drafted(trade, keeper, resource, **body):
    """The path of a new document of the trade's warehouse, with its number."""
    asked = {"warehouse_id": trade.stage.loaded.warehouses[trade.house]} | body
    document = await eventually(lambda: keeper.post(f"/{resource}", asked), *NEWS)
    return f"/{resource}/{document['document_id']}", document["number"]


async def test_goods_are_expected_and_come_in_two_parts(stage):
    """F-67, F-70, P-02: what is still to come is seen with its day; each part has its note."""
    trade = await opened(stage, "10.00", terms=CREDIT, limit_minor=LIMIT)
    keeper, seller = await stage.caller("whs.gz"), await stage.caller(steps.SALESPERSON)
    [sku] = trade.skus
    path, _ = await drafted(
        trade,
        keeper,
        "expected-inbounds",
        reason="PURCHASE",
        source="厂家",
        expected_on=in_days(3),
        lines=trade.lines(30),
    )

    await keeper.post(f"{path}/receive", {"lines": [{"line_no": 1, "quantity": 18}]})
    to_come = await seller.rows("/stock/incoming", sku=sku)
    there = await trade.stock()
    with pytest.raises(Refused) as silent:
        await keeper.post(f"{path}/receive", {"lines": [{"line_no": 1, "quantity": 13}]})
    done = await keeper.post(f"{path}/receive")

    notes = await keeper.rows("/inbounds", expected_id=done["document_id"])
    assert [(one["quantity"], one["expected_on"]) for one in to_come] == [(12, in_days(3))]
    assert there == [(18, 0)]
    assert slug(silent) == "invalid-request"
    assert (done["status"], done["received"]) == ("POSTED", 30)
    assert [note["quantity"] for note in notes] == [12, 18]
    assert await seller.rows("/stock/incoming", sku=sku) == []
    assert await trade.stock() == [(30, 0)]


async def test_goods_leave_without_an_order_when_another_person_agrees(stage):
    """F-69: with a reason, approved above a value, never what orders hold."""
    trade = await opened(stage, "10.00", stock=150, terms=CREDIT, limit_minor=LIMIT)
    keeper, other = await stage.caller("whs.gz"), await stage.caller("whs")
    watch = await trade.submit(20)
    await watch.until_status("PENDING_CONFIRMATION")
    much, _ = await drafted(trade, keeper, "issues", reason="DAMAGE", lines=trade.lines(120))
    more, _ = await drafted(trade, keeper, "issues", reason="GIFT", lines=trade.lines(11))

    with pytest.raises(Refused) as alone:
        await keeper.post(f"{much}/post")
    with pytest.raises(Refused) as his_own:
        await keeper.post(f"{much}/approve")
    await other.post(f"{much}/approve")
    posted = await keeper.post(f"{much}/post")
    with pytest.raises(Refused) as again:
        await keeper.post(f"{much}/post")
    with pytest.raises(Refused) as held:
        await keeper.post(f"{more}/post")

    assert (slug(alone), slug(his_own)) == ("approval-needed", "another-person-needed")
    assert (posted["status"], posted["approved_by"]) == ("POSTED", other.user_id)
    assert (slug(again), slug(held)) == ("document-moved-on", "too-little-available")
    assert held.value.problem["lines"][0]["available"] == 10
    assert await trade.stock() == [(30, 20)]


async def test_goods_on_their_way_are_in_neither_warehouse_and_a_loss_has_two_witnesses(stage):
    """P-15, F-25, F-70."""
    trade = await opened(stage, "10.00", stock=50, terms=CREDIT, limit_minor=LIMIT)
    sender, receiver = await stage.caller("whs.gz"), await stage.caller("whs.sh")
    there = trade.at(OTHER_HOUSE)
    path, _ = await drafted(
        trade,
        sender,
        "transfers",
        to_warehouse_id=stage.loaded.warehouses[OTHER_HOUSE],
        expected_on=in_days(2),
        lines=trade.lines(40),
    )

    await sender.post(f"{path}/ship")
    on_their_way = await trade.stock(), await there.stock()
    with pytest.raises(Refused) as by_sender:
        await sender.post(f"{path}/receive")
    arrived = {"lines": [{"line_no": 1, "quantity": 37}], "note": "三件破损"}
    done = await receiver.post(f"{path}/receive", arrived)

    assert on_their_way == ([(10, 0)], [(0, 0)])
    assert by_sender.value.status == 404
    assert (done["status"], done["lines"][0]["received"]) == ("POSTED", 37)
    assert (await trade.stock(), await there.stock()) == ([(10, 0)], [(37, 0)])


async def test_what_a_count_finds_is_booked_when_another_person_agrees(stage):
    """P-15: counted blind, beside orders that go on; the difference alone is booked."""
    trade = await opened(stage, "10.00", stock=500, terms=CREDIT, limit_minor=LIMIT)
    keeper, other = await stage.caller("whs.gz"), await stage.caller("whs")
    picker = await stage.caller("pck.gz")
    [sku] = trade.skus
    path, _ = await drafted(trade, keeper, "stock-counts", skus=[sku])

    blind = await picker.get(path)
    await picker.post(f"{path}/enter", {"lines": [{"sku": sku, "quantity": 380}]})
    watch = await trade.order(30)
    await trade.fulfil(watch)
    why = {"reason": "盘亏"}
    with pytest.raises(Refused) as alone:
        await keeper.post(f"{path}/post", why)
    await other.post(f"{path}/approve")
    done = await keeper.post(f"{path}/post", why)

    assert blind["lines"][0]["expected"] is None
    assert slug(alone) == "approval-needed"
    assert done["lines"][0]["difference"] == -120
    assert await trade.stock() == [(350, 0)]


async def test_too_little_stock_makes_a_todo_that_new_stock_ends(stage):
    """F-26."""
    trade = await opened(stage, "10.00", stock=12, terms=CREDIT, limit_minor=LIMIT)
    keeper = await stage.caller("whs.gz")
    [sku] = trade.skus
    line = {"sku": sku, "low_below": 10, "recovered_from": 15}
    house = stage.loaded.warehouses[trade.house]
    await keeper.post("/stock/thresholds", {"warehouse_id": house, "lines": [line]})

    async def told():
        todos = await keeper.rows("/todos", kind="REPLENISH")
        return any(sku in todo["title_zh"] + todo["title_en"] for todo in todos)

    before = await told()
    watch = await trade.submit(5)
    await watch.until_status("PENDING_CONFIRMATION")
    await stage.wait_for("a to-do", told, bool)
    await trade.bring_in({sku: 10})
    await stage.wait_for("its end", told, lambda waits: not waits)

    assert before is False


async def test_numbers_of_documents_have_no_gaps_though_half_are_refused(stage):
    """F-27, F-70: posted at once by two people, half of them asking for what is not there."""
    trade = await opened(stage, "10.00", stock=5, terms=CREDIT, limit_minor=LIMIT)
    keeper, other = await stage.caller("whs.gz"), await stage.caller("whs")
    unknown = [{"sku": f"{trade.skus[0]}-NO", "quantity": 1}]

    async def write(caller, lines):
        body = {
            "warehouse_id": stage.loaded.warehouses[trade.house],
            "reason": "SAMPLE",
            "lines": lines,
        }
        return await caller.post("/issues", body)

    answers = await asyncio.gather(
        *(
            write(caller, lines)
            for caller in (keeper, other)
            for lines in (trade.lines(1), unknown) * 5
        ),
        return_exceptions=True,
    )

    written = [one for one in answers if isinstance(one, dict)]
    stem = written[0]["number"][:-6]
    rows = await keeper.rows("/issues", q=stem)
    assert len(written) == 10
    assert [slug_of(one) for one in answers if one not in written] == ["invalid-request"] * 10
    assert sorted(int(row["number"][-6:]) for row in rows) == list(range(1, len(rows) + 1))


def slug_of(refused):
    assert isinstance(refused, Refused), refused
    return refused.slug
