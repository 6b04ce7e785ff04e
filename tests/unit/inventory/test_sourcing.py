"""Orders over several warehouses (P-17): whatever comes in whatever order, the books stay right."""

from collections import Counter
from functools import reduce
from itertools import pairwise
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.ids import uuid7
from contracts.dealers import DealerStatus, Shortage
from contracts.inventory import (
    AmendedDemand,
    AmendReservation,
    Demand,
    FulfilmentAdvanced,
    FulfilmentCancelDeclined,
    FulfilmentCancelled,
)
from services.inventory.domain import (
    amending,
    backorders,
    closing,
    outbound,
    picking,
    releasing,
    reserving,
)
from services.inventory.domain.fulfilment import (
    Change,
    Fulfilment,
    Mode,
    State,
    WarehouseRules,
    as_one,
    keys,
    parts_of,
    stock_change,
)
from services.inventory.domain.outbound import OutboundAsk
from services.inventory.domain.picking import PickAsk, PickTaskAsk
from tests.builders.inventory import a_demand, held_by
from tests.unit.inventory.test_lives import ANNA, BORIS, NOW

SOUTH, EAST, WEST = (UUID(int=number) for number in (1, 2, 3))
HOUSES = {
    SOUTH: WarehouseRules(Mode.MANUAL, one_person=False, alternatives=(EAST, WEST)),
    EAST: WarehouseRules(Mode.MANUAL, one_person=False, alternatives=(SOUTH,)),
    WEST: WarehouseRules(Mode.DIRECT, one_person=False),
}
ORDERS = st.sampled_from([UUID(int=number) for number in range(1, 6)])
PARTS = st.integers(0, 2)


class Warehouses(RuleBasedStateMachine):
    """Three warehouses of which two help each other out, and orders that cross them."""

    def __init__(self):
        super().__init__()
        self.on_hand = Counter({(house, sku): 6 for house in HOUSES for sku in "AB"})
        self.moved = Counter(self.on_hand)
        self.reserved, self.backordered = Counter(), Counter()
        self.known, self.wanted, self.told = {}, {}, []
        self.number = 0

    @initialize()
    def one_crosses_two_warehouses(self):
        self.reserve(UUID(int=1), SOUTH, 8, 1, 2, Shortage.REFUSE)

    @rule(
        order_id=ORDERS,
        home=st.sampled_from([SOUTH, EAST]),
        a=st.integers(1, 9),
        b=st.integers(1, 9),
        more=st.integers(1, 9),
        shortage=st.sampled_from(Shortage),
    )
    def reserve(self, order_id, home, a, b, more, shortage):
        ask = a_demand(order_id=order_id, warehouse_id=home, shortage=shortage, A=a, B=b)
        lines = (*ask.lines, Demand(line_no=3, sku="A", quantity=more))
        ask = ask.model_copy(update={"lines": lines})
        available = self._available()
        outcome = reserving.reserve(available, HOUSES, self.known, [ask])
        for part in outcome.new:
            self._shelve(Change(_nothing_yet(part), part))
        if outcome.new:
            self.wanted[order_id] = (
                Counter({1: a, 2: b, 3: more}) if outcome.new[0].lines else Counter()
            )
        self.told += outcome.replies

    @rule(order_id=ORDERS)
    def firm(self, order_id):
        self._decided(reserving.firm(self._seen(order_id), [order_id]))

    @rule(order_id=ORDERS)
    def release(self, order_id):
        if parts_of(self.known, order_id):
            released = releasing.sort_out(self.known, keys(self.known, [order_id]))
            self._start(released)

    @rule(order_id=ORDERS, which=PARTS, count=st.integers(1, 9))
    def pick(self, order_id, which, count):
        if part := self._with_task(order_id, which):
            ask = PickTaskAsk(part.task.pick_task_id, ANNA)
            self._take(picking.start(part, ask, DealerStatus.ACTIVE, NOW))
            part = self.known[part.part_id]
            line = next((one for one in part.lines if one.to_pick), None)
            if line:
                some = {line.line_no: min(count, line.to_pick)}
                ask = PickAsk(part.task.pick_task_id, ANNA, some)
                self._take(picking.confirm(part, ask, NOW))

    @rule(order_id=ORDERS, which=PARTS)
    def post(self, order_id, which):
        if part := self._with_task(order_id, which):
            ask = OutboundAsk(part.task.pick_task_id, BORIS, partial=True)
            if not outbound.refusal(part, ask):
                self._take(outbound.post(part, ask, uuid7(), self._number(), NOW))

    @rule(order_id=ORDERS, which=PARTS)
    def put_back(self, order_id, which):
        if part := self._with_task(order_id, which):
            for task in part.tasks:
                self._take(picking.put_back(part, PickTaskAsk(task.pick_task_id, ANNA)))

    @rule(order_id=ORDERS, chance=st.integers(0, 3))
    def cancel(self, order_id, chance):
        if not chance and parts_of(self.known, order_id):
            self._decided(reserving.cancel(self.known, [order_id]))

    @rule(order_id=ORDERS, chance=st.integers(0, 3))
    def expire(self, order_id, chance):
        parts = parts_of(self.known, order_id)
        if not chance and parts and parts[0].state is State.SOFT:
            self._decided(reserving.expire(parts))

    @rule(order_id=ORDERS, chance=st.integers(0, 2))
    def close(self, order_id, chance):
        if not chance and parts_of(self.known, order_id):
            self._decided(closing.close(self.known, [order_id]))

    @rule(order_id=ORDERS, line_no=st.integers(1, 4), quantity=st.integers(0, 14))
    def amend(self, order_id, line_no, quantity):
        if not parts_of(self.known, order_id):
            return
        line = AmendedDemand(line_no=line_no, sku="ABAB"[line_no - 1], quantity=quantity)
        self.number += 1
        ask = AmendReservation(order_id=order_id, amendment=self.number, lines=(line,))
        decided = amending.amend(self.known, self._available(), HOUSES, [ask])
        self._go_on(decided.changes)
        self.told += decided.messages
        if decided.changes and decided.changes[0].after.amendment.refusal is None:
            self.wanted[order_id][line_no] = quantity

    @rule(house=st.sampled_from(list(HOUSES)), sku=st.sampled_from("AB"), count=st.integers(1, 5))
    def come_in(self, house, sku, count):
        self.on_hand[house, sku] += count
        self.moved[house, sku] += count
        waiting = [one for one in self.known.values() if one.owes]
        self._go_on(backorders.allocate(self._free(), waiting))

    @invariant()
    def shelves_are_the_sum_over_all_parts(self):
        """P-17, I-1, I-2, I-5."""
        held = reduce(Counter.__add__, map(held_by, self.known.values()), Counter())
        waited, left = Counter(), Counter()
        for part in self.known.values():
            for line in part.lines:
                waited[part.warehouse_id, line.sku] += line.backordered
                left[part.warehouse_id, line.sku] += line.shipped
        for place in self.on_hand:
            assert self.reserved[place] == held[place]
            assert self.backordered[place] == waited[place]
            assert 0 <= self.reserved[place] <= self.on_hand[place]
            assert self.on_hand[place] == self.moved[place] - left[place]

    @invariant()
    def the_parts_are_the_order_and_never_more(self):
        """P-17, E-17, I-3: what is held, waited for, sent and given up is what was ordered."""
        for order_id, wanted in self.wanted.items():
            parts = parts_of(self.known, order_id)
            assert len({part.warehouse_id for part in parts}) == len(parts) == parts[0].parts
            total = Counter()
            for part in parts:
                for line in part.lines:
                    assert 0 <= line.shipped <= line.picked <= line.allotted
                    total[line.line_no] += line.quantity
            assert +total == +wanted

    @invariant()
    def parts_stand_together(self):
        """P-17: they are promised together, and given back together."""
        for order_id in self.wanted:
            states = {part.state for part in parts_of(self.known, order_id)}
            if len(states) > 1:
                assert states in (
                    {State.IN_WAREHOUSE, State.SHIPPED},
                    {State.PUT_BACK, State.CANCELLED},
                )

    @invariant()
    def the_saga_sees_one_order(self):
        """P-17: a picture whose revision only grows, and one end."""
        for order_id in self.wanted:
            story = [one for one in self.told if one.order_id == order_id]
            pictures = [one for one in story if isinstance(one, FulfilmentAdvanced)]
            revisions = [one.revision for one in pictures]
            assert revisions == sorted(revisions)
            for earlier, later in pairwise(pictures):
                if earlier.revision == later.revision:
                    assert earlier == later
            ends = {type(one) for one in story}
            assert not {FulfilmentCancelled, FulfilmentCancelDeclined} <= ends
            if FulfilmentCancelled in ends:
                parts = parts_of(self.known, order_id)
                assert {part.state for part in parts} == {State.CANCELLED}

    def _seen(self, order_id):
        return {part.part_id: part for part in parts_of(self.known, order_id)}

    def _decided(self, decided):
        known = dict(self.known)
        for change in decided.changes:
            self._shelve(change)
        self.told += as_one(known, decided.changes, decided.messages)

    def _take(self, outcome):
        if isinstance(outcome, Change):
            self._all([outcome])

    def _all(self, changes):
        known = dict(self.known)
        for change in changes:
            self._shelve(change)
        told = [message for change in changes for message in change.messages]
        self.told += as_one(known, changes, told)

    def _start(self, released):
        notes = [(uuid7(), self._number()) for _ in released.direct]
        tasks = [(uuid7(), self._number()) for _ in released.manual]
        known = dict(self.known)
        changes = releasing.release(released, notes, tasks, NOW)
        for change in changes:
            self._shelve(change)
        told = [message for change in changes for message in change.messages]
        self.told += as_one(known, changes, [*told, *released.replies])

    def _go_on(self, changes):
        self._all(changes)
        moved = [
            one.after
            for one in changes
            if one.after.state is State.IN_WAREHOUSE and one.after.lines != one.before.lines
        ]
        self._start(releasing.go_on(moved))

    def _shelve(self, change):
        effect = stock_change([change])
        self.on_hand.update(effect.on_hand)
        self.reserved.update(effect.reserved)
        self.backordered.update(effect.backordered)
        self.known[change.after.part_id] = change.after

    def _with_task(self, order_id, which):
        parts = parts_of(self.known, order_id)
        part = parts[which] if which < len(parts) else None
        return part if isinstance(part, Fulfilment) and part.task else None

    def _free(self):
        return {place: count - self.reserved[place] for place, count in self.on_hand.items()}

    def _available(self):
        return {
            place: max(0, count - self.backordered[place]) for place, count in self._free().items()
        }

    def _number(self):
        self.number += 1
        return f"CK-2611-{self.number:06}"


def _nothing_yet(part):
    return Fulfilment(
        part.order_id, part.number, part.dealer_id, part.warehouse_id, part.state, part=part.part
    )


TestWarehouses = Warehouses.TestCase
TestWarehouses.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
