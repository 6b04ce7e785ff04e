"""Rules of stock, one by one; `test_lives.py` lets all of them meet."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial, reduce
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError
from chassis.ids import uuid7
from contracts.dealers import Shortage
from contracts.inventory import (
    ReservationFirmed,
    ShipmentStatus,
    StockRefused,
)
from services.inventory.domain import outbound, picking, releasing, reserving
from services.inventory.domain.fulfilment import (
    Change,
    Mode,
    State,
)
from services.inventory.domain.outbound import OutboundAsk
from services.inventory.domain.picking import PickAsk, PickTaskAsk
from services.inventory.domain.stocking import series
from tests.builders.inventory import (
    MAIN,
    WAREHOUSES,
    a_demand,
    firmly,
    held_by,
    reported,
    waited_for,
)

NOW = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
ANNA, BORIS = UUID(int=101), UUID(int=102)
RANKS = list(ShipmentStatus)

SKUS = st.sampled_from("ABC")
SHELVES = st.dictionaries(SKUS, st.integers(0, 12), min_size=1)
WAYS = st.sampled_from([lambda ask: ask, firmly, partial(firmly, release=True)])
ASKS = st.lists(
    st.builds(
        lambda way, shortage, demand: way(a_demand(shortage=shortage, **demand)),
        WAYS,
        st.sampled_from(Shortage),
        st.dictionaries(SKUS, st.integers(1, 5), min_size=1),
    ),
    max_size=12,
)


def _left(available, outcome):
    """What the next order may see after a batch: what is neither held nor waited for."""
    left = Counter(available)
    left.subtract(_held(outcome))
    for one in [*outcome.new, *outcome.to_release]:
        left.subtract({(MAIN, sku): count for sku, count in waited_for(one).items()})
    return Counter({place: max(0, count) for place, count in left.items()})


def _held(outcome):
    """What the orders of a batch hold, by place."""
    orders = [*outcome.new, *outcome.to_release]
    return reduce(Counter.__add__, map(held_by, orders), Counter())


@given(SHELVES, ASKS)
def test_a_batch_comes_to_the_same_as_one_order_after_the_other(quantities, asks):
    available = Counter({(MAIN, sku): quantity for sku, quantity in quantities.items()})
    left, one_by_one = Counter(available), []
    for ask in asks:
        outcome = reserving.reserve(left, WAREHOUSES, {}, [ask])
        left = _left(left, outcome)
        one_by_one += outcome.replies

    assert reserving.reserve(available, WAREHOUSES, {}, asks).replies == one_by_one


@given(SHELVES, ASKS)
def test_no_more_is_taken_than_there_is(quantities, asks):
    available = {(MAIN, sku): quantity for sku, quantity in quantities.items()}

    taken = _held(reserving.reserve(available, WAREHOUSES, {}, asks))

    assert all(quantity <= available.get(place, 0) for place, quantity in taken.items())


@given(SHELVES, ASKS)
def test_a_later_order_does_not_change_the_answer_to_an_earlier_one(quantities, asks):
    available = {(MAIN, sku): quantity for sku, quantity in quantities.items()}

    replies = reserving.reserve(available, WAREHOUSES, {}, asks).replies

    for count in range(len(asks)):
        earlier = reserving.reserve(available, WAREHOUSES, {}, asks[:count]).replies
        assert earlier == replies[: len(earlier)]


@given(SHELVES, ASKS)
def test_what_may_follow_is_held_as_far_as_it_is_there(quantities, asks):
    """P-03: of a place that an order waits for nothing is left, and only the wish is missing."""
    available = Counter({(MAIN, sku): quantity for sku, quantity in quantities.items()})

    outcome = reserving.reserve(available, WAREHOUSES, {}, asks)

    left = available - _held(outcome)
    for one in [*outcome.new, *outcome.to_release]:
        assert all(left[MAIN, sku] == 0 for sku, count in waited_for(one).items() if count)
        assert one.shortage is not Shortage.REFUSE or not one.owes


@pytest.mark.parametrize(
    ("shortage", "there", "goes"),
    [
        (Shortage.SHIP_PARTIAL, 3, True),
        (Shortage.SHIP_PARTIAL, 0, False),
        (Shortage.SHIP_COMPLETE, 3, False),
        (Shortage.SHIP_COMPLETE, 5, True),
    ],
)
@pytest.mark.parametrize("mode", [Mode.MANUAL, Mode.DIRECT])
def test_what_is_there_goes_unless_the_order_is_to_be_complete(mode, shortage, there, goes):
    """P-03."""
    change = _release(_soft(mode=mode, shortage=shortage, there=there, A=5))

    (line,) = change.after.lines
    assert line.backordered == 5 - there
    assert bool(change.after.tasks or change.after.shipments) == goes
    assert change.messages[0].lines[0].backordered == 5 - there
    over = mode is Mode.DIRECT and there == 5
    assert change.after.state is (State.SHIPPED if over else State.IN_WAREHOUSE)


def test_two_lines_of_the_same_goods_are_held_together():
    ask = a_demand(A=3)
    twice = ask.model_copy(
        update={"lines": (ask.lines[0], ask.lines[0].model_copy(update={"line_no": 2}))}
    )

    (reply,) = reserving.reserve({(MAIN, "A"): 5}, WAREHOUSES, {}, [twice]).replies

    assert reply == StockRefused(order_id=ask.order_id, reason="short", short=("A",))


def test_the_number_of_a_document_follows_the_calendar_of_the_business():
    assert series("CK", datetime(2026, 11, 30, 16, 0, tzinfo=UTC)) == "CK-2612"
    assert series("CK", datetime(2026, 11, 30, 15, 59, tzinfo=UTC)) == "CK-2611"


def test_a_direct_warehouse_needs_no_people():
    change = _release(_soft(mode=Mode.DIRECT, A=3))

    (line,) = change.after.lines
    assert (line.picked, line.shipped, line.delivered, line.received) == (3, 3, 3, 3)
    assert [type(message).__name__ for message in change.messages] == [
        "FulfilmentAdvanced",
        "OutboundPosted",
        "ShipmentReceived",
    ]
    assert change.messages[1].direct


def test_shift_change_makes_both_people_pickers():
    released = _release(_soft(A=3)).after
    task_id = released.task.pick_task_id
    picking_begun = _of(picking.start(released, PickTaskAsk(task_id, ANNA), None, NOW))

    after = _of(picking.confirm(picking_begun, PickAsk(task_id, BORIS, {1: 3}), NOW))

    for person in (ANNA, BORIS):
        refusal = outbound.refusal(after, OutboundAsk(task_id, person))
        assert isinstance(refusal, outbound.SecondPersonNeeded)


@given(st.permutations(["dispatch", "deliver", "receive", "deliver", "receive", "dispatch"]))
def test_whatever_the_order_of_reports_a_shipment_only_moves_forward(reports):
    """E-19."""
    fulfilment, seen = _posted(A=3), [ShipmentStatus.READY]

    for report in reports:
        outcome = reported(fulfilment, report)
        if isinstance(outcome, Change):
            fulfilment = outcome.after
            seen.append(fulfilment.shipments[0].status)

    ranks = [RANKS.index(status) for status in seen]
    assert ranks == sorted(set(ranks))


def _soft(*, mode=Mode.MANUAL, shortage=Shortage.REFUSE, there=None, **quantities):
    """An order that is held softly; of each SKU so much is there, None: as is wanted."""
    available = {
        (MAIN, sku): quantity if there is None else there for sku, quantity in quantities.items()
    }
    asks = [a_demand(shortage=shortage, **quantities)]
    (soft,) = reserving.reserve(available, WAREHOUSES, {}, asks).new
    return replace(soft, mode=mode)


def _release(soft):
    released = releasing.sort_out({soft.order_id: soft}, [soft.order_id])
    documents = [(uuid7(), "X-2611-000001")]
    (change,) = releasing.release(
        released,
        documents[: len(released.direct)],
        documents[: len(released.manual)],
        NOW,
    )
    return change


def _posted(**quantities):
    released = _release(_soft(**quantities)).after
    task_id = released.task.pick_task_id
    started = _of(picking.start(released, PickTaskAsk(task_id, ANNA), None, NOW))
    picked = _of(picking.confirm(started, PickAsk(task_id, ANNA), NOW))
    return outbound.post(picked, OutboundAsk(task_id, BORIS), uuid7(), "CK-2611-000001", NOW).after


def _of(outcome):
    assert not isinstance(outcome, DomainError), outcome
    return outcome.after


def test_what_is_held_firmly_at_once_is_answered_as_such():
    firm, short = (firmly(a_demand(A=5)) for _ in range(2))

    outcome = reserving.reserve({(MAIN, "A"): 5}, WAREHOUSES, {}, [firm, short])

    assert [type(reply) for reply in outcome.replies] == [ReservationFirmed, StockRefused]
    assert [one.state for one in outcome.new] == [State.FIRM, State.REFUSED]


def test_what_is_held_firmly_and_released_is_left_to_its_warehouse():
    ask = firmly(a_demand(A=5), release=True)

    outcome = reserving.reserve({(MAIN, "A"): 5}, WAREHOUSES, {}, [ask])

    assert (outcome.replies, outcome.new) == ([], [])
    assert [one.state for one in outcome.to_release] == [State.FIRM]


def test_asking_firmly_for_what_is_held_softly_makes_it_firm():
    soft = a_demand(A=5)
    held = {
        one.order_id: one for one in reserving.reserve({(MAIN, "A"): 5}, WAREHOUSES, {}, [soft]).new
    }

    outcome = reserving.reserve({}, WAREHOUSES, held, [firmly(soft)])
    decided = reserving.firm(held, [ask.order_id for ask in outcome.to_firm])

    assert outcome.replies == []
    assert [change.after.state for change in decided.changes] == [State.FIRM]


def test_a_refusal_stays_one_however_it_is_asked_again():
    ask = a_demand(A=5)
    refused = {one.order_id: one for one in reserving.reserve({}, WAREHOUSES, {}, [ask]).new}

    again = reserving.reserve({}, WAREHOUSES, refused, [firmly(ask)])

    assert [type(reply) for reply in again.replies] == [StockRefused]
