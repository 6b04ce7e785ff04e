"""A warehouse to which everything happens that may come, in any order: its books stay right."""

from collections import Counter
from datetime import UTC, datetime
from functools import reduce
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis.ids import uuid7
from contracts.dealers import DealerStatus, Shortage
from contracts.inventory import (
    AmendedDemand,
    AmendmentRefused,
    AmendReservation,
    FulfilmentAdvanced,
    FulfilmentCancelDeclined,
    FulfilmentCancelled,
    ReservationExpired,
    ReservationFirmed,
    ReservationLost,
    ShipmentStatus,
    StockReserved,
)
from services.inventory.domain import (
    amending,
    backorders,
    closing,
    outbound,
    picking,
    releasing,
    reserving,
    shipping,
)
from services.inventory.domain.fulfilment import (
    LIVE,
    Change,
    Fulfilment,
    PickStatus,
    PickTask,
    ShortReason,
    State,
    Tombstone,
    stock_change,
)
from services.inventory.domain.outbound import OutboundAsk
from services.inventory.domain.picking import Missing, PickAsk, PickTaskAsk, ShortAsk
from tests.builders.inventory import MAIN, WAREHOUSES, a_demand, held_by, reported, waited_for

NOW = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
ANNA, BORIS = UUID(int=101), UUID(int=102)
RARELY = st.sampled_from([True, False, False, False])


class Warehouse(RuleBasedStateMachine):
    """A warehouse with 20 pieces, a few orders, and everything that may come, in any order.

    Laws: I-1…I-5; a repeated command changes nothing; the picture's revision only grows.
    """

    ORDERS = tuple(UUID(int=number) for number in range(1, 6))

    def __init__(self):
        super().__init__()
        self.on_hand, self.reserved = Counter(A=20, B=20), Counter()
        self.backordered, self.in_doubt = Counter(), Counter()
        self.amendments = 0
        self.moved = Counter(self.on_hand)
        self.known = {}
        self.told = []
        self.numbers = 0

    @rule(
        order_id=st.sampled_from(ORDERS),
        a=st.integers(1, 9),
        b=st.integers(1, 9),
        shortage=st.sampled_from(Shortage),
    )
    def reserve(self, order_id, a, b, shortage):
        available = self._available()
        asks = [a_demand(order_id=order_id, shortage=shortage, A=a, B=b)]
        outcome = reserving.reserve(available, WAREHOUSES, self.known, asks)
        for one in outcome.new:
            self.reserved.update({sku: count for (_, sku), count in held_by(one).items()})
            self.backordered.update(waited_for(one))
        self.known |= {one.order_id: one for one in outcome.new}
        self.told += outcome.replies

    @rule(order_id=st.sampled_from(ORDERS))
    def firm(self, order_id):
        self._decided(reserving.firm(self.known, [order_id]))

    @rule(order_id=st.sampled_from(ORDERS))
    def release(self, order_id):
        released = releasing.sort_out(self.known, [order_id])
        self.known |= {lost: Tombstone(lost) for lost in released.tombstones}
        tasks = [(uuid7(), self._number()) for _ in released.manual]
        for change in releasing.release(released, [], tasks, NOW):
            self._take(change)
        self.told += released.replies

    @rule(order_id=st.sampled_from(ORDERS), chance=RARELY)
    def cancel(self, order_id, chance):
        if chance:
            self._decided(reserving.cancel(self.known, [order_id]))

    @rule(order_id=st.sampled_from(ORDERS), chance=RARELY)
    def expire(self, order_id, chance):
        match self.known.get(order_id):
            case Fulfilment(state=State.SOFT) as soft if chance:
                self._decided(reserving.expire([soft]))

    @rule(order_id=st.sampled_from(ORDERS))
    def start(self, order_id):
        if with_task := self._with_task(order_id):
            ask = PickTaskAsk(with_task.task.pick_task_id, ANNA)
            self._take(picking.start(with_task, ask, DealerStatus.ACTIVE, NOW))

    @rule(order_id=st.sampled_from(ORDERS), line_no=st.integers(1, 2), count=st.integers(1, 9))
    def pick(self, order_id, line_no, count):
        if with_task := self._with_task(order_id):
            ask = PickAsk(with_task.task.pick_task_id, ANNA, {line_no: count})
            self._take(picking.confirm(with_task, ask, NOW))

    @rule(order_id=st.sampled_from(ORDERS))
    def pick_the_rest(self, order_id):
        if with_task := self._with_task(order_id):
            ask = PickAsk(with_task.task.pick_task_id, ANNA)
            self._take(picking.confirm(with_task, ask, NOW))

    @rule(order_id=st.sampled_from(ORDERS), line_no=st.integers(1, 3), count=st.integers(1, 4))
    def miss(self, order_id, line_no, count):
        if with_task := self._with_task(order_id):
            missing = (Missing(line_no, count, ShortReason.NOT_FOUND),)
            ask = ShortAsk(with_task.task.pick_task_id, ANNA, missing)
            self._take(picking.shorten(with_task, ask, NOW))

    @rule(sku=st.sampled_from("AB"))
    def count(self, sku):
        """What was in doubt is there after all."""
        self.in_doubt[sku] = 0

    @rule(sku=st.sampled_from("AB"), quantity=st.integers(1, 9))
    def come_in(self, sku, quantity):
        self.on_hand[sku] += quantity
        self.moved[sku] += quantity

    @rule()
    def allocate(self):
        """F-67: nothing is left that somebody waits for."""
        waiting = [one for one in self.known.values() if isinstance(one, Fulfilment) and one.owes]
        for change in backorders.allocate(self._free(), waiting):
            self._go_on(change)
            self.told += change.messages
        free = self._free()
        assert all(not self.backordered[sku] or not free[MAIN, sku] for sku in "AB")

    @rule(
        order_id=st.sampled_from(ORDERS),
        quantities=st.dictionaries(st.integers(1, 3), st.integers(0, 9), min_size=1),
    )
    def amend(self, order_id, quantities):
        self.amendments += 1
        before = self.known.get(order_id)
        ask = AmendReservation(
            order_id=order_id,
            amendment=self.amendments,
            lines=tuple(
                AmendedDemand(line_no=line_no, sku="ABA"[line_no - 1], quantity=quantity)
                for line_no, quantity in quantities.items()
            ),
        )
        decided = amending.amend(self.known, self._available(), WAREHOUSES, [ask])
        for lost in decided.tombstones:
            self.known[lost] = Tombstone(lost)
        for change in decided.changes:
            self._go_on(change)
        answers = [*decided.messages, *(one for it in decided.changes for one in it.messages)]
        self.told += answers
        if isinstance(answers[0], AmendmentRefused):
            after = self.known[order_id]
            assert getattr(after, "lines", ()) == getattr(before, "lines", ())
        again = amending.amend(self.known, {}, WAREHOUSES, [ask])
        assert (again.changes, again.messages[0]) == ([], answers[0])

    @rule(order_id=st.sampled_from(ORDERS), chance=RARELY)
    def close(self, order_id, chance):
        if chance:
            decided = closing.close(self.known, [order_id])
            self._decided(decided)
            if decided.changes:
                assert all(not line.to_pick for line in self.known[order_id].lines)
                assert closing.close(self.known, [order_id]).messages == decided.messages

    @rule(order_id=st.sampled_from(ORDERS))
    def put_back(self, order_id):
        if with_task := self._with_task(order_id):
            for task in with_task.tasks:
                self._take(picking.put_back(with_task, PickTaskAsk(task.pick_task_id, ANNA)))

    @rule(order_id=st.sampled_from(ORDERS), partial=st.booleans())
    def post(self, order_id, partial):
        if with_task := self._with_task(order_id):
            ask = OutboundAsk(with_task.task.pick_task_id, BORIS, partial)
            if not outbound.refusal(with_task, ask):
                self._take(outbound.post(with_task, ask, uuid7(), self._number(), NOW))

    @rule(
        order_id=st.sampled_from(ORDERS),
        report=st.sampled_from(["dispatch", "deliver", "receive"]),
        which=st.integers(0, 3),
    )
    def report(self, order_id, report, which):
        before = self.known.get(order_id)
        if isinstance(before, Fulfilment) and which < len(before.shipments):
            self._take(reported(before, report, which))

    @initialize()
    def most_orders_begin_as_orders_do(self):
        *covered, short = self.ORDERS[1:]
        for order_id in covered:
            self.reserve(order_id, 2, 3, Shortage.REFUSE)
        self.reserve(short, 16, 3, Shortage.SHIP_PARTIAL)

    @rule(order_id=st.sampled_from(ORDERS[1:]), count=st.integers(1, 4))
    def go_on(self, order_id, count):
        """The natural next steps, so that many lives get far."""
        for _ in range(count):
            match self.known.get(order_id):
                case Fulfilment(task=PickTask() as task):
                    self._go_on_picking(order_id, task.status)
                    self._go_on_shipping(order_id)
                case Fulfilment():
                    self.release(order_id)

    @rule(order_id=st.sampled_from(ORDERS[1:]), line_no=st.integers(1, 2))
    def ship_a_part(self, order_id, line_no):
        self.release(order_id)
        self.start(order_id)
        self.pick(order_id, line_no, 1)
        self.post(order_id, partial=True)

    @rule(order_id=st.sampled_from(ORDERS[1:]))
    def cancel_what_is_picked(self, order_id):
        self.release(order_id)
        self.start(order_id)
        self.pick(order_id, 1, 1)
        self.cancel(order_id, chance=True)

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
            assert min(self.reserved[sku], self.backordered[sku], self.in_doubt[sku]) >= 0
            assert self.reserved[sku] + self.in_doubt[sku] <= self.on_hand[sku]

    @invariant()
    def what_is_reserved_is_what_orders_hold(self):
        """I-2, and so for what they wait for (E-03)."""
        orders = [one for one in self.known.values() if isinstance(one, Fulfilment)]
        held = reduce(Counter.__add__, map(held_by, orders), Counter())
        waited = reduce(Counter.__add__, map(waited_for, orders), Counter())
        for sku in "AB":
            assert self.reserved[sku] == held[MAIN, sku]
            assert self.backordered[sku] == waited[sku]

    @invariant()
    def each_line_adds_up(self):
        """E-03, I-3, I-4: a piece is held, picked, shipped, backordered or given up, and once."""
        for one in self.known.values():
            for line in one.lines if isinstance(one, Fulfilment) else ():
                assert 0 <= line.received <= line.delivered <= line.shipped
                assert line.shipped <= line.picked
                assert line.picked <= line.quantity - line.backordered - line.closed
                assert min(line.backordered, line.closed) >= 0
                if one.state in {State.SHIPPED, State.PUT_BACK, State.CANCELLED, State.EXPIRED}:
                    assert line.backordered == 0
                if one.state in {State.CANCELLED, State.EXPIRED, State.SOFT, State.FIRM}:
                    assert line.picked == 0

    @invariant()
    def lines_and_shipments_agree(self):
        """I-4: what is shipped, delivered and received is what the notes say."""
        for one in self.known.values():
            if isinstance(one, Fulfilment):
                for line in one.lines:
                    assert (line.shipped, line.delivered, line.received) == tuple(
                        sum(
                            moved.quantity
                            for shipment in one.shipments
                            if RANKS.index(shipment.status) >= rank
                            for moved in shipment.lines
                            if moved.line_no == line.line_no
                        )
                        for rank in (0, 2, 3)
                    )

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
            if isinstance(one, Fulfilment) and one.tasks:
                statuses = [task.status for task in one.tasks]
                assert (PickStatus.PUT_BACK in statuses) == (one.state is State.PUT_BACK)
                assert not LIVE.intersection(statuses[:-1])
                if one.state is State.SHIPPED:
                    assert one.over
                    assert set(statuses) <= {PickStatus.SHIPPED, PickStatus.CANCELLED}
                if one.state is State.IN_WAREHOUSE and LIVE.isdisjoint(statuses):
                    assert not one.may_go

    @invariant()
    def the_saga_is_told_a_story_that_makes_sense(self):
        for order_id in self.ORDERS:
            story = [one for one in self.told if getattr(one, "order_id", None) == order_id]
            revisions = [one.revision for one in story if isinstance(one, FulfilmentAdvanced)]
            assert revisions == sorted(revisions)
            ends = {type(one) for one in story}
            assert not (ends & GIVEN_BACK and FulfilmentCancelDeclined in ends)
            _nothing_is_promised_after_the_end(story)

    def _free(self):
        return {
            (MAIN, sku): quantity - self.reserved[sku] - self.in_doubt[sku]
            for sku, quantity in self.on_hand.items()
        }

    def _available(self):
        """What those leave who wait."""
        return {
            (MAIN, sku): max(0, free - self.backordered[sku])
            for (_, sku), free in self._free().items()
        }

    def _go_on(self, change):
        """A change, and what the warehouse makes of it."""
        self._shelve(change)
        after = change.after
        if after.state is State.IN_WAREHOUSE and after.lines != change.before.lines:
            released = releasing.go_on([after])
            tasks = [(uuid7(), self._number()) for _ in released.manual]
            for onward in releasing.release(released, [], tasks, NOW):
                self._take(onward)

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
        for (_, sku), count in effect.backordered.items():
            self.backordered[sku] += count
        for (_, sku), count in effect.in_doubt.items():
            self.in_doubt[sku] += count
        self.known[change.after.order_id] = change.after

    def _with_task(self, order_id):
        before = self.known.get(order_id)
        return before if isinstance(before, Fulfilment) and before.task else None

    def _go_on_picking(self, order_id, status):
        match status:
            case PickStatus.OPEN:
                self.start(order_id)
            case PickStatus.PICKING:
                self.pick_the_rest(order_id)
            case PickStatus.PICKED:
                self.post(order_id, partial=False)
            case PickStatus.PUT_BACK:
                self.put_back(order_id)

    def _go_on_shipping(self, order_id):
        for which, shipment in enumerate(self.known[order_id].shipments):
            for action in shipping.possible(shipment.status)[:1]:
                self.report(order_id, action, which)

    def _number(self):
        self.numbers += 1
        return f"CK-2611-{self.numbers:06}"


TestWarehouse = Warehouse.TestCase
TestWarehouse.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
RANKS = list(ShipmentStatus)
GIVEN_BACK = {ReservationExpired, FulfilmentCancelled}


def _nothing_is_promised_after_the_end(story):
    over = False
    for message in story:
        over = over or type(message) in {*GIVEN_BACK, ReservationLost}
        if over:
            assert not isinstance(message, (StockReserved, ReservationFirmed, FulfilmentAdvanced))
