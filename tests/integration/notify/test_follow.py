"""To-dos and messages on a real PostgreSQL: late, doubled, overtaking and replayed events."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from chassis.auth import Actor, Role
from chassis.consumer import Dispatch
from chassis.db import transaction
from chassis.errors import NotFound
from chassis.pages import PageRequest, decode
from contracts import billing, dealers, inventory
from contracts.notify import MessageQueued, TodoDone, TodoOpened
from contracts.orders import BackorderedLine, Hold, LineQuantity
from services.notify import commands, queries
from services.notify.consumers import SUBSCRIPTIONS
from services.orders.domain.holds import HOLD_OWNERS
from tests.builders.events import Story, a_dealer_state, a_delivery

FIRST = PageRequest(None, 50)


@pytest.fixture
def follow(notify_db):
    """Deliver events one after the other, each in a batch of its own."""
    dispatch = Dispatch(notify_db, SUBSCRIPTIONS)

    async def deliver(*events, actor=None):
        for event in events:
            await dispatch.deliver([a_delivery(event, actor)])

    return deliver


def an_actor(*roles, user_id=None, dealer_id=None, warehouse_ids=None):
    return Actor(user_id or uuid4(), "某人", frozenset(roles), dealer_id, warehouse_ids)


async def waiting(db, *roles, **others):
    """Kinds of the open to-dos that such a user sees."""
    page = await queries.open_todos(db, an_actor(*roles, **others), None, FIRST)
    return [todo.kind for todo in page.items]


async def announced(db, kind):
    return await db.fetchval("SELECT count(*) FROM outbox WHERE type = $1", kind.type)


async def test_a_whole_life_opens_one_piece_of_work_after_the_other(notify_db, follow):
    story = Story()
    queues = []

    for event in story.whole_life():
        await follow(event)
        open_kinds = await notify_db.fetch("SELECT kind FROM todos WHERE status = 'OPEN'")
        queues.append(sorted(row["kind"] for row in open_kinds))

    steps = [
        queue for place, queue in enumerate(queues) if place == 0 or queue != queues[place - 1]
    ]
    assert steps == [
        [],
        ["CONFIRM_ORDER"],
        ["COLLECT_PAYMENT"],
        [],
        ["PICK"],
        ["POST_OUTBOUND"],
        ["DISPATCH"],
        ["DELIVER"],
        ["RECEIVE"],
        [],
    ]
    assert await announced(notify_db, TodoOpened) == await announced(notify_db, TodoDone) == 7


async def test_work_vanishes_for_all_when_a_colleague_does_it(notify_db, follow):
    story, colleague = Story(), uuid4()
    await follow(story.pick_created())
    assert await waiting(notify_db, Role.PCK) == ["PICK"]

    await follow(story.picked(), actor=colleague)

    assert await waiting(notify_db, Role.PCK) == []
    assert await notify_db.fetchval("SELECT done_by FROM todos WHERE kind = 'PICK'") == colleague


async def test_a_cancellation_that_overtakes_the_pick_list_leaves_no_work(notify_db, follow):
    story = Story()

    await follow(story.cancelled(), story.pick_created())

    assert await waiting(notify_db, Role.PCK) == []
    assert await announced(notify_db, TodoOpened) == 0


async def test_a_late_opening_does_not_revive_an_activated_application(notify_db, follow):
    application = {"application_id": uuid4(), "name": "佛山恒泰", "applicant_user_id": uuid4()}
    activated = dealers.DealerActivated(
        dealer_id=uuid4(), application_id=application["application_id"], name="佛山恒泰"
    )
    screened = dealers.DealerApplicationScreened(**application, screener_id=uuid4())

    await follow(activated, screened)

    assert await waiting(notify_db, Role.ADM) == []


async def test_an_application_that_is_sent_in_again_is_screened_again(notify_db, follow):
    screener = uuid4()
    application = {"application_id": uuid4(), "name": "佛山恒泰", "applicant_user_id": uuid4()}
    applied = dealers.DealerApplied(
        **application, province="广东省", city="佛山市", screener_id=screener
    )
    returned = dealers.DealerApplicationReturned(**application, reason="缺少执照")

    await follow(applied, returned, applied)

    assert await waiting(notify_db, Role.SAL, user_id=screener) == ["SCREEN_APPLICATION"]
    assert await waiting(notify_db, Role.SAL) == []
    assert await announced(notify_db, TodoOpened) == 3


async def test_two_holds_of_one_order_are_two_pieces_of_work(notify_db, follow):
    story = Story()
    await follow(story.held(Hold.CREDIT), story.held(Hold.MANUAL, owner="SAL"))

    await follow(story.hold_released(Hold.CREDIT))

    assert await waiting(notify_db, Role.FIN) == []
    assert await notify_db.fetchval("SELECT kind FROM todos WHERE status = 'OPEN'") == (
        "RELEASE_MANUAL_HOLD"
    )


async def test_the_same_message_twice_in_a_batch_and_across_batches_is_told_once(notify_db):
    dispatch, delivery = Dispatch(notify_db, SUBSCRIPTIONS), a_delivery(Story().confirmed())

    await dispatch.deliver([delivery, delivery])
    await dispatch.deliver([delivery])

    assert await announced(notify_db, MessageQueued) == 1
    assert await announced(notify_db, TodoOpened) == 1


async def test_a_replay_of_the_whole_history_announces_nothing(notify_db):
    """F-80: also when the inbox has forgotten what it saw."""
    dispatch = Dispatch(notify_db, SUBSCRIPTIONS)
    stories = [Story(), Story()]
    history = [a_delivery(event) for story in stories for event in story.whole_life()]
    for delivery in history:
        await dispatch.deliver([delivery])
    before = await notify_db.fetchval("SELECT count(*) FROM outbox")

    await notify_db.execute("DELETE FROM inbox")
    for delivery in history:
        await dispatch.deliver([delivery])

    assert await notify_db.fetchval("SELECT count(*) FROM outbox") == before
    assert await notify_db.fetchval("SELECT count(*) FROM todos WHERE status = 'OPEN'") == 0


async def test_a_batch_leaves_the_same_work_open_as_one_event_after_the_other(notify_db):
    dispatch = Dispatch(notify_db, SUBSCRIPTIONS)
    still_open = "SELECT kind FROM todos WHERE order_id = $1 AND status = 'OPEN' ORDER BY kind"

    for length in range(1, 17):
        at_once, in_turn = Story(), Story()
        await dispatch.deliver([a_delivery(event) for event in at_once.whole_life()[:length]])
        for event in in_turn.whole_life()[:length]:
            await dispatch.deliver([a_delivery(event)])

        left = [await notify_db.fetch(still_open, one.order_id) for one in (at_once, in_turn)]
        assert left[0] == left[1], length


async def test_work_that_opens_and_ends_within_a_batch_is_announced_to_nobody(notify_db):
    events = [a_delivery(event) for story in (Story(), Story()) for event in story.whole_life()]

    await Dispatch(notify_db, SUBSCRIPTIONS).deliver(events)

    assert await announced(notify_db, TodoOpened) == await announced(notify_db, TodoDone) == 0
    assert await announced(notify_db, MessageQueued) == 2


async def test_a_title_names_the_dealer_in_both_languages(notify_db, follow):
    story = Story()
    await follow(a_dealer_state(story.dealer_id, "佛山恒泰五金"), story.checked(total_minor=98_05))

    salesperson = an_actor(Role.SAL, user_id=story.salesperson_id)
    (todo,) = (await queries.open_todos(notify_db, salesperson, None, FIRST)).items

    assert todo.title_zh == "待确认：佛山恒泰五金的订单 DD-2611-000001，¥98.05"
    assert todo.title_en == "Confirm order DD-2611-000001 of 佛山恒泰五金, ¥98.05"


async def test_an_older_name_of_a_dealer_that_arrives_later_is_dropped(notify_db, follow):
    dealer_id = uuid4()

    await follow(a_dealer_state(dealer_id, "新名", 2), a_dealer_state(dealer_id, "旧名", 1))

    assert await notify_db.fetchval("SELECT name FROM dealers") == "新名"


async def test_a_picker_sees_only_the_work_of_his_warehouses(notify_db, follow):
    near, far = Story(), Story()
    await follow(near.pick_created(), far.pick_created())

    mine = await waiting(notify_db, Role.PCK, warehouse_ids=frozenset({near.warehouse_id}))

    assert mine == ["PICK"]
    assert await waiting(notify_db, Role.PCK) == ["PICK", "PICK"]


async def test_counts_tell_how_much_waits_and_since_when(notify_db, follow):
    start = datetime.now(UTC)
    await follow(Story().pick_created(), Story().pick_created(), Story().put_back_requested())

    counts = await queries.todo_counts(notify_db, an_actor(Role.PCK))

    assert counts.total == 3
    assert [(kind.kind, kind.count) for kind in counts.kinds] == [("PICK", 2), ("PUT_BACK", 1)]
    assert all((kind.oldest_at - start).total_seconds() < 60 for kind in counts.kinds)


async def test_pages_of_work_follow_each_other_without_gap_or_overlap(notify_db, follow):
    await follow(*(Story().pick_created() for _ in range(5)))
    picker, seen, after = an_actor(Role.PCK), [], None

    for _ in range(3):
        page = await queries.open_todos(notify_db, picker, None, PageRequest(after, 2))
        seen += [todo.todo_id for todo in page.items]
        after = decode(page.next_cursor) if page.next_cursor else None

    assert len(seen) == len(set(seen)) == 5


async def test_a_message_is_unread_until_its_reader_reads_it(notify_db, follow):
    story = Story()
    await follow(story.confirmed())
    buyer = an_actor(Role.DLR, dealer_id=story.dealer_id)
    colleague = an_actor(Role.DLR, dealer_id=story.dealer_id)
    (message,) = (await queries.messages(notify_db, buyer, FIRST, unread=True)).items

    async with transaction(notify_db) as tx:
        await commands.read_message(tx, message.message_id, buyer.user_id)
        await commands.read_message(tx, message.message_id, buyer.user_id)

    assert (await queries.message_counts(notify_db, buyer)).unread == 0
    assert (await queries.message_counts(notify_db, colleague)).unread == 1


async def test_a_message_of_another_dealer_is_not_found(notify_db, follow):
    story = Story()
    await follow(story.confirmed())
    message_id = await notify_db.fetchval("SELECT message_id FROM messages")

    with pytest.raises(NotFound):
        await queries.message(notify_db, an_actor(Role.DLR, dealer_id=uuid4()), message_id)


async def test_an_opening_and_its_final_end_at_the_same_moment_leave_nothing_open(notify_db):
    """Two consumers, each with another topic of the same orders."""
    stories = [Story(f"XS-{n}") for n in range(40)]
    opening, ending = Dispatch(notify_db, SUBSCRIPTIONS), Dispatch(notify_db, SUBSCRIPTIONS)

    for start in range(0, len(stories), 4):
        some = stories[start : start + 4]
        await asyncio.gather(
            opening.deliver([a_delivery(story.pick_created()) for story in some]),
            ending.deliver([a_delivery(story.cancelled()) for story in reversed(some)]),
        )

    assert await notify_db.fetchval("SELECT count(*) FROM todos WHERE status = 'OPEN'") == 0
    assert await announced(notify_db, TodoOpened) == await announced(notify_db, TodoDone)


@pytest.mark.parametrize("hold", list(Hold))
async def test_a_hold_of_any_kind_waits_for_the_role_that_may_release_it(notify_db, follow, hold):
    """P-20, F-81: and vanishes when somebody did."""
    story, role = Story(), Role(HOLD_OWNERS[hold])
    await follow(story.held(hold, role))
    waits = await waiting(notify_db, role)
    await follow(story.hold_released(hold))

    assert waits == [f"RELEASE_{hold}_HOLD"]
    assert await waiting(notify_db, role) == []


async def test_who_keeps_the_stock_counts_where_a_picker_found_less(notify_db, follow):
    """P-03, F-81: until somebody counted in that warehouse."""
    story = Story()
    short = inventory.PickShort(
        order_id=story.order_id,
        number=story.number,
        dealer_id=story.dealer_id,
        warehouse_id=story.warehouse_id,
        pick_task_id=story.pick_task_id,
        lines=(inventory.ShortLine(line_no=1, sku="A", quantity=3, reason="NOT_FOUND"),),
    )
    counted = inventory.StockCounted(
        document_id=uuid4(), number="PD-1", warehouse_id=uuid4(), reason=None, lines=()
    )
    await follow(short, counted)
    here = await waiting(notify_db, Role.WHS, warehouse_ids=frozenset({story.warehouse_id}))
    elsewhere = await waiting(notify_db, Role.WHS, warehouse_ids=frozenset({uuid4()}))
    await follow(counted.model_copy(update={"warehouse_id": story.warehouse_id}))

    assert (here, elsewhere) == (["COUNT_STOCK"], [])
    assert await waiting(notify_db, Role.WHS) == []


@pytest.mark.parametrize("outcome", ["granted", "rejected"])
async def test_finance_decides_on_a_temporary_limit(notify_db, follow, outcome):
    """F-81: whoever does it first."""
    facts = {"dealer_id": uuid4(), "grant_id": uuid4(), "order_id": None, "amount_minor": 5_000}
    until = datetime(2026, 12, 31, tzinfo=UTC)
    await follow(billing.LimitGrantRequested(**facts, until=until, reason="旺季"))
    waits = await waiting(notify_db, Role.FIN)
    granted = billing.LimitGranted(**facts, until=until)
    ended = billing.LimitGrantEnded(**facts, outcome="REJECTED")
    await follow(granted if outcome == "granted" else ended)

    assert waits == ["APPROVE_LIMIT"]
    assert await waiting(notify_db, Role.FIN) == []


async def test_a_refund_waits_for_its_decision_and_then_for_its_payment(notify_db, follow):
    """F-81: a bank that fails leaves it waiting."""
    facts = {"dealer_id": uuid4(), "refund_id": uuid4(), "number": "TK-1", "amount_minor": 5_000}
    seen = []
    for event in (
        billing.RefundRequested(**facts, reason="多付"),
        billing.RefundApproved(**facts),
        billing.RefundFailed(**facts, reason="账号有误"),
        billing.RefundPaid(**facts, bank_reference="B-1"),
    ):
        await follow(event)
        seen.append(await waiting(notify_db, Role.FIN))

    assert seen == [["APPROVE_REFUND"], ["PAY_REFUND"], ["PAY_REFUND"], []]


async def test_the_dealer_is_told_what_became_of_his_order(notify_db, follow):
    """F-54, P-03: amended, in part not there, in part given up."""
    story = Story()
    line = LineQuantity(line_no=1, sku="A", quantity=3)
    await follow(
        story.amended(),
        story.backordered(BackorderedLine(line_no=1, sku="A", quantity=3)),
        story.short_closed(line),
    )
    page = await queries.messages(
        notify_db, an_actor(Role.DLR, dealer_id=story.dealer_id), FIRST, unread=True
    )

    assert {message.template for message in page.items} == {
        "order_amended",
        "order_backordered",
        "order_closed_short",
    }
    assert all(story.number in message.text_zh for message in page.items)
