"""Walk through every interleaving, and check what must hold in each state and at each rest."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis.saga import Gate, Phase, Step
from contracts.billing import BillingCommand
from contracts.catalog import PriceOrder
from contracts.dealers import Terms
from contracts.message import Command, Message, OrderReply
from contracts.orders import Hold, TimeOutOrder
from services.orders import saga
from services.orders.domain import actions
from services.orders.domain.facts import ABSORBED
from services.orders.domain.order import Line, Order, Status
from tests.model.participants import ORDER_ID, QUANTITY, Books, Outcome, spontaneous, take

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
Lane = tuple[Message, ...]


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
    time_outs: int = 0
    decisions: int = 0


Move = tuple[str, World]


@dataclass(slots=True)
class Report:
    """What a walk saw."""

    states: int = 0
    moves: int = 0
    rests: int = 0
    endings: dict[str, int] = field(default_factory=dict)
    counterexample: list[str] = field(default_factory=list)
    fault: str = ""


def explore(terms: Terms, *, time_outs_max: int, decisions_max: int) -> Report:
    """Every state that can be reached, breadth first, so a counterexample is a shortest one."""
    first = start(terms)
    came_from: dict[World, tuple[World | None, str]] = {first: (None, "submitted")}
    waiting, report = deque([first]), Report()
    while waiting:
        world = waiting.popleft()
        report.states += 1
        moved = list(moves(world, time_outs_max, decisions_max))
        fault = broken(world) or ("" if moved_by_itself(world) else unrest(world))
        if fault:
            report.fault, report.counterexample = fault, _story(came_from, world)
            return report
        _count(report, world)
        for what, after in moved:
            report.moves += 1
            if after not in came_from:
                came_from[after] = (world, what)
                waiting.append(after)
    return report


def start(terms: Terms) -> World:
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
    return sent(World(order, Books()), saga.start(order, NOON))


def moves(world: World, time_outs_max: int, decisions_max: int) -> Iterator[Move]:
    """All that may happen next."""
    yield from deliveries(world)
    for outcome in spontaneous(world.books):
        yield outcome.what, answered(world, outcome)
    if world.order.progress.deadline and world.time_outs < time_outs_max:
        timer = TimeOutOrder(
            order_id=ORDER_ID, step=world.order.progress.at, attempt=world.order.progress.attempt
        )
        late = replace(world, time_outs=world.time_outs + 1)
        yield "the deadline passes", sent(late, saga.time_out(world.order, timer, NOON))
    if world.decisions < decisions_max:
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
        yield f"orders takes {reply.type}", sent(rest, saga.take(world.order, reply, NOON))


def decisions(world: World) -> Iterator[Move]:
    """What people may do to the order, where its state allows it."""
    order = world.order
    options: dict[str, Callable[[], object]] = {
        "the salesperson confirms": lambda: actions.confirm(order, UUID(int=9), NOON),
        "the salesperson rejects": lambda: actions.reject(order, "no"),
        "somebody cancels": lambda: actions.cancel(order, "no"),
        "somebody holds": lambda: actions.hold(order),
        "finance releases": lambda: actions.release_hold(order, Hold.CREDIT),
        "the hold is released": lambda: actions.release_hold(order, Hold.MANUAL),
    }
    for what, option in options.items():
        after = option()
        if isinstance(after, Order):
            decided = replace(world, decisions=world.decisions + 1)
            yield what, sent(decided, saga.go_on(order, after, NOON))


def sent(world: World, moved: saga.Moved) -> World:
    """The order moved on; its commands are on their way, its events are nobody's business here."""
    order, messages = moved
    lanes: dict[str, list[Message]] = {}
    for message in messages:
        if isinstance(message, Command):
            lanes.setdefault(_lane(message), []).append(message)
    known = replace(order, version=0)  # counts events: it would make equal states differ
    more: dict[str, Any] = {
        lane: (*getattr(world, lane), *commands) for lane, commands in lanes.items()
    }
    return replace(world, order=known, **more)


def answered(world: World, outcome: Outcome) -> World:
    return replace(world, books=outcome.state, replies=(*world.replies, *outcome.answers))


def moved_by_itself(world: World) -> bool:
    """Something is on its way, or a deadline will strike."""
    on_the_way = world.to_catalog or world.to_billing or world.to_inventory or world.replies
    return bool(on_the_way or world.order.progress.deadline)


def broken(world: World) -> str:
    """What must hold in every state."""
    order, books = world.order, world.books
    checks = {
        "goods left an order that is undone": order.progress.phase is Phase.UNDONE
        and books.stock in {"SHIPPED", "RECEIVED"},
        "an undone order holds stock": order.progress.phase is Phase.UNDONE and books.reserved,
        "an undone order holds credit": order.progress.phase is Phase.UNDONE
        and books.credit == "HELD",
        "an undone order keeps money": order.progress.phase is Phase.UNDONE and books.covered > 0,
        "a completed order is not received": order.status is Status.COMPLETED
        and books.stock != "RECEIVED",
        "a completed order is not invoiced": order.status is Status.COMPLETED
        and not books.invoices,
        "goods left before the gate was open": books.stock in {"SHIPPED", "RECEIVED"}
        and not order.ending
        and order.priced
        and order.due_before_release_minor > 0
        and books.covered == 0,
    }
    return next((fault for fault, found in checks.items() if found), "")


def unrest(world: World) -> str:
    """A state that nothing moves by itself must be an end, or somebody's work."""
    order = world.order
    if order.progress.ended:
        return ""
    row = saga.LIFECYCLE.rows[saga.LIFECYCLE.index(order.progress.at)]
    if isinstance(row, Gate):
        return "" if row.queue(order) else f"waits at {row.name} in nobody's queue"
    if isinstance(row, Step) and row.with_people(order):
        return ""
    return f"waits at {order.progress.at} for nobody"


def unhandled() -> list[str]:
    """Replies of the contract that the order has no answer for."""
    from contracts.generate import messages  # noqa: PLC0415  (the walk does not need it)

    replies = {one for one in messages() if issubclass(one, OrderReply)}
    return sorted(one.type for one in replies - ABSORBED.keys())


def _lane(command: Command) -> str:
    if isinstance(command, PriceOrder):
        return "to_catalog"
    return "to_billing" if isinstance(command, BillingCommand) else "to_inventory"


def _count(report: Report, world: World) -> None:
    if not moved_by_itself(world):
        report.rests += 1
        name = world.order.status.value
        report.endings[name] = report.endings.get(name, 0) + 1


def _story(came_from: dict[World, tuple[World | None, str]], world: World) -> list[str]:
    story: list[str] = []
    here: World | None = world
    while here is not None:
        here, what = came_from[here]
        story.append(what)
    return story[::-1]
