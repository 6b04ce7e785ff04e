"""Laws of stock: a batch is one after the other, and no sequence of events breaks the books."""

from collections import Counter
from datetime import UTC, datetime
from functools import reduce
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chassis.errors import DomainError
from chassis.ids import uuid7
from contracts.dealers import DealerStatus
from contracts.inventory import (
    FirmReservation,
    FulfilmentAdvanced,
    FulfilmentCancelDeclined,
    FulfilmentCancelled,
    ReservationExpired,
    ReservationFirmed,
    ReservationLost,
    ShipmentStatus,
    StockRefused,
    StockReserved,
)
from services.inventory.domain import picking, releasing, reserving, shipping
from services.inventory.domain.fulfilment import (
    HOLDING,
    Change,
    Fulfilment,
    Mode,
    PickStatus,
    State,
    Tombstone,
    stock_change,
)
from services.inventory.domain.picking import PickAsk, PickTaskAsk
from services.inventory.domain.shipping import (
    DeliverAsk,
    DispatchAsk,
    DispatchMode,
    OutboundAsk,
    ReceiveAsk,
)
from services.inventory.domain.stocking import series
from tests.builders.inventory import MAIN, a_demand

NOW = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
ANNA, BORIS = UUID(int=101), UUID(int=102)

SKUS = st.sampled_from("ABC")
SHELVES = st.dictionaries(SKUS, st.integers(0, 12), min_size=1)
DEMANDS = st.lists(st.dictionaries(SKUS, st.integers(1, 5), min_size=1), max_size=12)


@given(SHELVES, DEMANDS)
def test_a_batch_comes_to_the_same_as_one_order_after_the_other(quantities, demands):
    available = Counter({(MAIN, sku): quantity for sku, quantity in quantities.items()})
    asks = [a_demand(**demand) for demand in demands]
    left, one_by_one = Counter(available), []
    for ask in asks:
        outcome = reserving.reserve(left, {MAIN}, {}, [ask])
        left.subtract(outcome.taken)
        one_by_one += outcome.replies

    assert reserving.reserve(available, {MAIN}, {}, asks).replies == one_by_one


@given(SHELVES, DEMANDS)
def test_no_more_is_taken_than_there_is(quantities, demands):
    available = {(MAIN, sku): quantity for sku, quantity in quantities.items()}
    asks = [a_demand(**demand) for demand in demands]

    taken = reserving.reserve(available, {MAIN}, {}, asks).taken

    assert all(quantity <= available.get(place, 0) for place, quantity in taken.items())


@given(SHELVES, DEMANDS)
def test_what_is_taken_is_what_the_new_fulfilments_hold(quantities, demands):
    available = {(MAIN, sku): quantity for sku, quantity in quantities.items()}

    outcome = reserving.reserve(available, {MAIN}, {}, [a_demand(**demand) for demand in demands])

    assert +outcome.taken == +reduce(_plus, map(_held, outcome.new), Counter())


@given(SHELVES, DEMANDS)
def test_a_later_order_does_not_change_the_answer_to_an_earlier_one(quantities, demands):
    available = {(MAIN, sku): quantity for sku, quantity in quantities.items()}
    asks = [a_demand(**demand) for demand in demands]

    replies = reserving.reserve(available, {MAIN}, {}, asks).replies

    for count in range(len(asks)):
        assert reserving.reserve(available, {MAIN}, {}, asks[:count]).replies == replies[:count]


def test_two_lines_of_the_same_goods_are_held_together():
    ask = a_demand(A=3)
    twice = ask.model_copy(
        update={"lines": (ask.lines[0], ask.lines[0].model_copy(update={"line_no": 2}))}
    )

    (reply,) = reserving.reserve({(MAIN, "A"): 5}, {MAIN}, {}, [twice]).replies

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


def test_shift_change_makes_both_people_pickers():
    picking_begun = _of(picking.start(_release(_soft(A=3)).after, _by(ANNA), None, NOW))

    after = _of(picking.confirm(picking_begun, PickAsk(uuid7(), BORIS, {1: 3}), NOW))

    for person in (ANNA, BORIS):
        refusal = shipping.outbound_refusal(after, OutboundAsk(uuid7(), person))
        assert isinstance(refusal, shipping.SecondPersonNeeded)


@given(st.permutations(["dispatch", "deliver", "receive", "deliver", "receive", "dispatch"]))
def test_whatever_the_order_of_reports_a_shipment_only_moves_forward(reports):
    """E-19."""
    fulfilment, seen = _posted(A=3), [ShipmentStatus.READY]

    for report in reports:
        outcome = _report(fulfilment, report)
        if isinstance(outcome, Change):
            fulfilment = outcome.after
            seen.append(fulfilment.shipments[0].status)

    ranks = [list(ShipmentStatus).index(status) for status in seen]
    assert ranks == sorted(set(ranks))


class Warehouse(RuleBasedStateMachine):
    """A warehouse with 20 pieces, a few orders, and everything that may come, in any order.

    Laws: I-1…I-5; a repeated command changes nothing; the picture's revision only grows.
    """

    ORDERS = tuple(UUID(int=number) for number in range(1, 7))

    def __init__(self):
        super().__init__()
        self.on_hand, self.reserved = Counter(A=20, B=20), Counter()
        self.moved = Counter(self.on_hand)
        self.known = {}
        self.told = []
        self.numbers = 0

    @rule(order_id=st.sampled_from(ORDERS), a=st.integers(1, 9), b=st.integers(1, 9))
    def reserve(self, order_id, a, b):
        available = {
            (MAIN, sku): quantity - self.reserved[sku] for sku, quantity in self.on_hand.items()
        }
        asks = [a_demand(order_id=order_id, A=a, B=b)]
        outcome = reserving.reserve(available, {MAIN}, self.known, asks)
        self.reserved.update({sku: count for (_, sku), count in outcome.taken.items()})
        self.known |= {one.order_id: one for one in outcome.new}
        self.told += outcome.replies

    @rule(order_id=st.sampled_from(ORDERS))
    def firm(self, order_id):
        ask = FirmReservation(order_id=order_id, release=False)
        self._decided(reserving.firm(self.known, [ask]))

    @rule(order_id=st.sampled_from(ORDERS))
    def release(self, order_id):
        released = releasing.sort_out(self.known, [order_id])
        self.known |= {lost: Tombstone(lost) for lost in released.tombstones}
        for before in released.manual:
            self._take(picking.release(before, uuid7(), self._number(), NOW))
        self.told += released.replies

    @rule(order_id=st.sampled_from(ORDERS))
    def cancel(self, order_id):
        self._decided(reserving.cancel(self.known, [order_id]))

    @rule(order_id=st.sampled_from(ORDERS))
    def expire(self, order_id):
        match self.known.get(order_id):
            case Fulfilment(state=State.SOFT) as soft:
                self._decided(reserving.expire([soft]))

    @rule(order_id=st.sampled_from(ORDERS))
    def start(self, order_id):
        if with_task := self._with_task(order_id):
            self._take(picking.start(with_task, _by(ANNA), DealerStatus.ACTIVE, NOW))

    @rule(order_id=st.sampled_from(ORDERS), line_no=st.integers(1, 2), count=st.integers(1, 9))
    def pick(self, order_id, line_no, count):
        if with_task := self._with_task(order_id):
            self._take(picking.confirm(with_task, PickAsk(uuid7(), ANNA, {line_no: count}), NOW))

    @rule(order_id=st.sampled_from(ORDERS))
    def pick_the_rest(self, order_id):
        if with_task := self._with_task(order_id):
            self._take(picking.confirm(with_task, PickAsk(uuid7(), ANNA), NOW))

    @rule(order_id=st.sampled_from(ORDERS))
    def put_back(self, order_id):
        if with_task := self._with_task(order_id):
            self._take(picking.put_back(with_task))

    @rule(order_id=st.sampled_from(ORDERS), partial=st.booleans())
    def post(self, order_id, partial):
        with_task = self._with_task(order_id)
        ask = OutboundAsk(uuid7(), BORIS, partial)
        if with_task and not shipping.outbound_refusal(with_task, ask):
            self._take(shipping.post_outbound(with_task, ask, uuid7(), self._number(), NOW))

    @rule(
        order_id=st.sampled_from(ORDERS),
        report=st.sampled_from(["dispatch", "deliver", "receive"]),
        which=st.integers(0, 3),
    )
    def report(self, order_id, report, which):
        before = self.known.get(order_id)
        if isinstance(before, Fulfilment) and which < len(before.shipments):
            self._take(_report(before, report, which))

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def release_twice_tells_the_same(self, data):
        order_id = data.draw(st.sampled_from(sorted(self.known)))
        if self.known[order_id].__class__ is Tombstone:
            return
        if self.known[order_id].state in {State.IN_WAREHOUSE, State.SHIPPED}:
            first = releasing.sort_out(self.known, [order_id]).replies
            assert first == releasing.sort_out(self.known, [order_id]).replies
            assert isinstance(first[0], FulfilmentAdvanced)

    @invariant()
    def shelves_are_never_negative_and_never_promised_twice(self):
        """I-1."""
        for sku in "AB":
            assert 0 <= self.reserved[sku] <= self.on_hand[sku]

    @invariant()
    def what_is_reserved_is_what_orders_hold(self):
        """I-2."""
        orders = [one for one in self.known.values() if isinstance(one, Fulfilment)]
        held = reduce(_plus, map(_held, orders), Counter())
        for sku in "AB":
            assert self.reserved[sku] == held[MAIN, sku]

    @invariant()
    def each_line_adds_up(self):
        """I-3, I-4: what is ordered is cancelled, held, picked or shipped, and nothing twice."""
        for one in self.known.values():
            for line in one.lines if isinstance(one, Fulfilment) else ():
                assert 0 <= line.received <= line.delivered <= line.shipped
                assert line.shipped <= line.picked <= line.quantity
                if one.state in {State.CANCELLED, State.EXPIRED, State.SOFT, State.FIRM}:
                    assert line.picked == 0

    @invariant()
    def on_hand_is_the_sum_of_the_moves(self):
        """I-5: what left is in shipments."""
        left = Counter()
        for one in self.known.values():
            for shipment in one.shipments if isinstance(one, Fulfilment) else ():
                for line in shipment.lines:
                    left[line.sku] += line.quantity
        for sku in "AB":
            assert self.on_hand[sku] == self.moved[sku] - left[sku]

    @invariant()
    def tasks_and_orders_agree(self):
        for one in self.known.values():
            if isinstance(one, Fulfilment) and one.task:
                assert (one.task.status is PickStatus.PUT_BACK) == (one.state is State.PUT_BACK)
                assert (one.task.status is PickStatus.SHIPPED) == (one.state is State.SHIPPED)

    @invariant()
    def the_saga_is_told_a_story_that_makes_sense(self):
        for order_id in self.ORDERS:
            story = [one for one in self.told if getattr(one, "order_id", None) == order_id]
            revisions = [one.revision for one in story if isinstance(one, FulfilmentAdvanced)]
            assert revisions == sorted(revisions)
            ends = {type(one) for one in story}
            assert not (ends & GIVEN_BACK and FulfilmentCancelDeclined in ends)
            _nothing_is_promised_after_the_end(story)

    def _decided(self, decided):
        for order_id in decided.tombstones:
            self.known[order_id] = Tombstone(order_id)
        for change in decided.changes:
            self._shelve(change)
        self.told += decided.messages

    def _take(self, outcome):
        if isinstance(outcome, Change):
            self._shelve(outcome)
            self.told += outcome.messages

    def _shelve(self, change):
        effect = stock_change([change])
        for (_, sku), count in effect.on_hand.items():
            self.on_hand[sku] += count
        for (_, sku), count in effect.reserved.items():
            self.reserved[sku] += count
        self.known[change.after.order_id] = change.after

    def _with_task(self, order_id):
        before = self.known.get(order_id)
        return before if isinstance(before, Fulfilment) and before.task else None

    def _number(self):
        self.numbers += 1
        return f"CK-2611-{self.numbers:06}"


TestWarehouse = Warehouse.TestCase
GIVEN_BACK = {ReservationExpired, FulfilmentCancelled}


def _nothing_is_promised_after_the_end(story):
    over = False
    for message in story:
        over = over or type(message) in {*GIVEN_BACK, ReservationLost}
        if over:
            assert not isinstance(message, (StockReserved, ReservationFirmed, FulfilmentAdvanced))


def _report(fulfilment, report, which=0):
    shipment_id = fulfilment.shipments[which].shipment_id
    match report:
        case "dispatch":
            ask = DispatchAsk(shipment_id, DispatchMode.OWN_FLEET)
            return shipping.dispatch(fulfilment, ask, NOW)
        case "deliver":
            return shipping.deliver(fulfilment, DeliverAsk(shipment_id, "李四"), NOW)
        case _:
            return shipping.receive(fulfilment, ReceiveAsk(shipment_id), NOW)


def _soft(*, mode=Mode.MANUAL, **quantities):
    available = {(MAIN, sku): quantity for sku, quantity in quantities.items()}
    (soft,) = reserving.reserve(available, {MAIN}, {}, [a_demand(**quantities)]).new
    return Fulfilment(
        soft.order_id,
        soft.number,
        soft.dealer_id,
        soft.warehouse_id,
        soft.state,
        soft.lines,
        mode=mode,
    )


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
    started = _of(picking.start(_release(_soft(**quantities)).after, _by(ANNA), None, NOW))
    picked = _of(picking.confirm(started, PickAsk(uuid7(), ANNA), NOW))
    return shipping.post_outbound(
        picked, OutboundAsk(uuid7(), BORIS), uuid7(), "CK-2611-000001", NOW
    ).after


def _of(outcome):
    assert not isinstance(outcome, DomainError), outcome
    return outcome.after


def _by(user_id):
    return PickTaskAsk(uuid7(), user_id)


def _held(fulfilment):
    """What an order holds, counted by the book's own words, not by the code's."""
    held = Counter()
    if fulfilment.state in HOLDING:
        for line in fulfilment.lines:
            held[fulfilment.warehouse_id, line.sku] += line.quantity - line.shipped
    return held


def _plus(one, other):
    return one + other
