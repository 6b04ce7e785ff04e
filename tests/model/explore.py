"""Walk through every interleaving, and check what must hold in each state and at each rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from contracts.billing import BillingCommand
from contracts.catalog import PriceOrder
from contracts.dealers import Terms
from contracts.message import Command, Message, OrderReply
from contracts.orders import Hold, TimeOutOrder
from services.orders import saga
from services.orders.domain import actions
from services.orders.domain.amending import AmendmentAsk, WantedLine
from services.orders.domain.holding import follow_dealer
from services.orders.domain.holds import Held
from services.orders.domain.lines import Line
from services.orders.domain.order import Order
from tests.model.checks import broken, unrest
from tests.model.participants import ORDER_ID, QUANTITY, Books, Outcome, spontaneous, take

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
Lane = tuple[Message, ...]


class Depth(NamedTuple):
    """How far a walk goes: how often each may happen on one way."""

    time_outs: int
    """A deadline passes, or one of a step or attempt that is over strikes and changes something."""
    decisions: int
    """Somebody decides something about the order."""
    copies: int
    """An answer that was taken comes once more, any time later, and changes something."""


NOTHING = Depth(0, 0, 0)


@dataclass(frozen=True, slots=True)
class World:
    """One state of everything: the order, the books, and what is on its way."""

    order: Order
    books: Books
    to_catalog: Lane = ()
    to_billing: Lane = ()
    to_inventory: Lane = ()
    replies: Lane = ()
    """One partition: the answers about one order stand in one line (contracts.topics)."""
    taken: frozenset[OrderReply] = frozenset()
    """Answers that may come once more; none when no copy may come any more."""
    timers: frozenset[TimeOutOrder] = frozenset()
    """Deadlines that were set; none when none may strike any more."""
    left: Depth = NOTHING
    people: frozenset[str] = frozenset()
    """What they may decide, of DECISIONS."""


Move = tuple[str, World]


@dataclass(slots=True)
class Report:
    """What a walk saw."""

    states: int = 0
    moves: int = 0
    paths: int = 0
    rests: int = 0
    endings: dict[str, int] = field(default_factory=dict)
    orders: set[Order] = field(default_factory=set)
    """Every state in which the order was."""
    counterexample: list[str] = field(default_factory=list)
    fault: str = ""


def explore(terms: Terms, depth: Depth, people: frozenset[str] | None = None) -> Report:
    """Every state that can be reached, breadth first, so a counterexample is a shortest one."""
    first = start(terms, depth, ORDINARY if people is None else people)
    numbers, seen = {first: 0}, [first]
    came_from: list[tuple[int, str]] = [(-1, "submitted")]
    report, edges = Report(), list[list[int]]()
    for number, world in enumerate(seen):  # which grows on the way
        report.states += 1
        report.orders.add(world.order)
        fault = broken(world.order, world.books)
        fault = fault or ("" if moves_by_itself(world) else unrest(world.order, world.books))
        if fault:
            report.fault, report.counterexample = fault, _story(came_from, number)
            return report
        _count(report, world)
        edges.append([])
        for what, after in moves(world):
            report.moves += 1
            target = numbers.setdefault(after, len(seen))  # a world is large: hashed only here
            if target == len(seen):
                seen.append(after)
                came_from.append((number, what))
            edges[number].append(target)
    report.paths = paths(edges)
    if not report.paths:
        report.fault = "a way leads round in a circle: an order on it may never end"
    return report


def paths(edges: list[list[int]]) -> int:
    """How many ways lead from the first state to a last one; 0 when one leads round in a circle.

    Where none does, every way ends: in a state that `unrest` has looked at.
    """
    into = [0] * len(edges)
    for targets in edges:
        for target in targets:
            into[target] += 1
    ways, ready, last, walked = [0] * len(edges), [0], 0, 0
    ways[0] = 1
    while ready:
        state = ready.pop()
        walked += 1
        last += 0 if edges[state] else ways[state]
        for target in edges[state]:
            ways[target] += ways[state]
            into[target] -= 1
            if not into[target]:
                ready.append(target)
    return last if walked == len(edges) else 0


def start(terms: Terms, depth: Depth, people: frozenset[str]) -> World:
    order = Order(
        order_id=ORDER_ID,
        number="XS-1",
        dealer_id=UUID(int=5),
        placed_by=UUID(int=6),
        on_behalf=False,
        salesperson_id=UUID(int=7),
        warehouse_id=UUID(int=8),
        terms=terms,
        submitted_at=NOON,
        lines=(Line(1, "A", QUANTITY),),
    )
    world = World(order, Books(), left=depth, people=people)
    return sent(world, saga.start(order, NOON))


def moves(world: World) -> Iterator[Move]:
    """All that may happen next; what would change nothing is left out."""
    yield from deliveries(world)
    for outcome in spontaneous(world.books):
        yield outcome.what, answered(world, outcome)
    yield from time_outs(world)
    yield from copies(world)
    if world.left.decisions:
        yield from decisions(world)


def deliveries(world: World) -> Iterator[Move]:
    """The head of each lane may be delivered; lanes do not wait for one another."""
    for lane in ("to_catalog", "to_billing", "to_inventory"):
        if messages := getattr(world, lane):
            rest = replace(world, **{lane: messages[1:]})
            for outcome in take(world.books, messages[0]):
                yield outcome.what, answered(rest, outcome)
    if world.replies:
        reply, rest = world.replies[0], replace(world, replies=world.replies[1:])
        assert isinstance(reply, OrderReply)
        if world.left.copies:
            rest = replace(rest, taken=world.taken | {reply})
        yield f"orders takes {reply.type}", sent(rest, saga.take(world.order, reply, NOON))


def time_outs(world: World) -> Iterator[Move]:
    """Any deadline that was ever set may strike, late ones of what is over, too."""
    for timer in world.timers:
        order, messages = saga.time_out(world.order, timer, NOON)
        if (order, messages) != (world.order, []):
            yield (
                f"the deadline of {timer.step} passes",
                sent(_less(world, time_outs=1), (order, messages)),
            )


def copies(world: World) -> Iterator[Move]:
    """An answer comes once more: from a log filled again, from a producer that stuttered."""
    for reply in world.taken:
        order, messages = saga.take(world.order, reply, NOON)
        if (_known(order), messages) != (world.order, []):
            yield (
                f"orders takes {reply.type} once more",
                sent(_less(world, copies=1), (order, messages)),
            )


def decisions(world: World) -> Iterator[Move]:
    """What people may do to the order, where its state allows it."""
    for what in sorted(world.people):
        after = DECISIONS[what](world.order)
        if isinstance(after, Order):
            yield what, sent(_less(world, decisions=1), saga.go_on(world.order, after, NOON))


BY_HAND = Held(Hold.MANUAL, "wait", UUID(int=9), since=NOON)


def _amend(order: Order, quantity: int) -> object:
    ask = AmendmentAsk("改数量", UUID(int=6), by_dealer=False, lines_max=1)
    return actions.amend(order, [WantedLine(1, "A", quantity)], ask, NOON)


DECISIONS: dict[str, Callable[[Order], object]] = {
    "the salesperson confirms": lambda order: actions.confirm(order, UUID(int=9), NOON),
    "the salesperson rejects": lambda order: actions.reject(order, "no"),
    "somebody cancels": lambda order: actions.cancel(order, "no"),
    "somebody holds": lambda order: actions.hold(order, BY_HAND, NOON),
    "finance releases": lambda order: actions.release_hold(order, Hold.CREDIT, UUID(int=9)),
    "the hold is released": lambda order: actions.release_hold(order, Hold.MANUAL, UUID(int=9)),
    "the partner is ready": lambda order: actions.release_hold(order, Hold.PARTNER, UUID(int=9)),
    "the dealer is stopped": lambda order: _followed(order, stopped=True),
    "the dealer is reinstated": lambda order: _followed(order, stopped=False),
    "somebody wants more": lambda order: _amend(order, QUANTITY + 1),
    "somebody wants less": lambda order: _amend(order, QUANTITY - 1),
    "the rest is given up": lambda order: actions.close_remainder(order, "no", UUID(int=6), NOON),
}
AMENDING = frozenset({"somebody wants more", "somebody wants less"})
CLOSING = frozenset({"the rest is given up"})
ORDINARY = frozenset(DECISIONS) - AMENDING - CLOSING


def _followed(order: Order, *, stopped: bool) -> Order | None:
    after = follow_dealer(order, stopped=stopped)
    return None if after is order else after


def sent(world: World, moved: saga.Moved) -> World:
    """The order moved on; its commands are on their way, its events are nobody's business here."""
    order, messages = moved
    lanes: dict[str, list[Message]] = {}
    for message in messages:
        if isinstance(message, Command):
            lanes.setdefault(_lane(message), []).append(message)
    more: dict[str, Any] = {
        lane: (*getattr(world, lane), *commands) for lane, commands in lanes.items()
    }
    if world.left.time_outs and order.progress.deadline:
        progress = order.progress
        timer = TimeOutOrder(order_id=ORDER_ID, step=progress.at, attempt=progress.attempt)
        more["timers"] = world.timers | {timer}
    return replace(world, order=_known(order), **more)


def _known(order: Order) -> Order:
    """Without the version, which counts events: it would make equal states differ."""
    return replace(order, version=0)


def _less(world: World, **used: int) -> World:
    """One of what may happen has happened; what may not happen again is forgotten."""
    left = world.left._replace(
        **{name: getattr(world.left, name) - count for name, count in used.items()}
    )
    return replace(
        world,
        left=left,
        taken=world.taken if left.copies else frozenset(),
        timers=world.timers if left.time_outs else frozenset(),
    )


def answered(world: World, outcome: Outcome) -> World:
    return replace(world, books=outcome.state, replies=(*world.replies, *outcome.answers))


def moves_by_itself(world: World) -> bool:
    """Something is on its way, or a deadline will strike."""
    on_the_way = world.to_catalog or world.to_billing or world.to_inventory or world.replies
    return bool(on_the_way or world.order.progress.deadline)


def _lane(command: Command) -> str:
    if isinstance(command, PriceOrder):
        return "to_catalog"
    return "to_billing" if isinstance(command, BillingCommand) else "to_inventory"


def _count(report: Report, world: World) -> None:
    if not moves_by_itself(world):
        report.rests += 1
        name = world.order.status.value
        report.endings[name] = report.endings.get(name, 0) + 1


def _story(came_from: list[tuple[int, str]], number: int) -> list[str]:
    story: list[str] = []
    while number >= 0:
        number, what = came_from[number]
        story.append(what)
    return story[::-1]
