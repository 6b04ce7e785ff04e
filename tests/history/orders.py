"""Each order by itself: it is there, once, it goes forward in everybody's eyes, and it ends."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from deploy.demo.client import Json
from tests.history.findings import Finding
from tests.history.opening import Opening
from tests.history.picture import ENDED, ENDINGS, Picture, at_rest
from tests.history.record import Operation, Outcome

SUBMIT, READ = "submit", "read"


def lost(operations: Iterable[Operation], now: Picture) -> Iterator[Finding]:
    """What was answered with success is there, from that moment on and at the end."""
    stored: dict[str, float] = {}
    for operation in _ok(operations, SUBMIT):
        order_id = operation.answered["order_id"]
        stored[order_id] = min(_end(operation), stored.get(order_id, _end(operation)))
        if order_id not in now.orders:
            yield Finding(
                "lost", f"order {order_id}", f"accepted from {operation.client}, not there"
            )
    for operation in operations:
        order_id = operation.asked.get("order_id", "")
        missing = operation.op == READ and operation.answered.get("status") == 404
        if missing and operation.began > stored.get(order_id, operation.began):
            yield Finding("lost", f"order {order_id}", f"accepted, then 404 for {operation.client}")


def duplicate(operations: Sequence[Operation], opening: Opening, now: Picture) -> Iterator[Finding]:
    """One key, one order; one order, one key. A request of unknown outcome made one, or none."""
    made: dict[str, set[str]] = defaultdict(set)
    for operation in _ok(operations, SUBMIT):
        made[operation.asked["key"]].add(operation.answered["order_id"])
    keys = Counter(order_id for order_ids in made.values() for order_id in order_ids)
    for order in _new(opening, now):
        if order["note"]:
            made[order["note"]].add(order["order_id"])
    for key, order_ids in made.items():
        if len(order_ids) > 1:
            yield Finding("duplicate", f"key {key}", f"made orders {', '.join(sorted(order_ids))}")
    for order_id, count in keys.items():
        if count > 1:
            yield Finding("duplicate", f"order {order_id}", f"answered to {count} keys")


def unasked(operations: Sequence[Operation], opening: Opening, now: Picture) -> Iterator[Finding]:
    """No order is there that nobody asked for, or whose only answers were refusals."""
    outcomes: dict[str, set[Outcome]] = defaultdict(set)
    answered = set()
    for operation in operations:
        if operation.op == SUBMIT:
            outcomes[operation.asked["key"]].add(operation.outcome)
            answered.add(operation.answered.get("order_id"))
    for order in _new(opening, now):
        if order["order_id"] in answered:
            continue
        known = outcomes.get(order["note"], set())
        if not known:
            yield Finding("duplicate", f"order {order['number']}", "nobody asked for it")
        elif known == {Outcome.FAIL}:
            yield Finding("duplicate", f"order {order['number']}", "refused, and stored")


class View(NamedTuple):
    """An order as somebody saw it, and when he asked and had the answer."""

    began: float
    ended: float
    who: str
    version: int
    status: str


def order_per_key(operations: Iterable[Operation], now: Picture) -> Iterator[Finding]:
    """Who asks after another one was answered never sees an older order than he did."""
    views: dict[str, list[View]] = defaultdict(list)
    for operation in _ok(operations, READ):
        seen = operation.answered
        views[operation.asked["order_id"]].append(
            View(
                operation.began, _end(operation), operation.client, seen["version"], seen["status"]
            )
        )
    for order_id, seen_views in views.items():
        if order := now.orders.get(order_id):
            last = View(float("inf"), float("inf"), "the end", order["version"], order["status"])
            yield from _backward(order_id, [*seen_views, last])
    for order_id, events in now.timelines.items():
        yield from _told_in_order(order_id, events)


RANKS: Mapping[str, int] = {
    "SUBMITTED": 0,
    "PENDING_CONFIRMATION": 1,
    "CONFIRMED": 2,
    "IN_FULFILMENT": 3,
} | dict.fromkeys(ENDED, 4)
"""An order never returns to a lower one; on hold and cancelling are beside the way."""


def _backward(order_id: str, views: list[View]) -> Iterator[Finding]:
    """Compares each view with all that had ended before it began."""
    ended = sorted(views, key=lambda view: view.ended)
    place, newest, furthest = 0, None, None
    for view in sorted(views, key=lambda view: view.began):
        while place < len(ended) and ended[place].ended < view.began:
            before = ended[place]
            newest = max(newest or before, before, key=lambda one: one.version)
            if before.status in RANKS:
                furthest = max(furthest or before, before, key=lambda one: RANKS[one.status])
            place += 1
        if newest and view.version < newest.version:
            told = f"{view.who} sees version {view.version} after {newest.who} saw {newest.version}"
            yield Finding("order per key", f"order {order_id}", told)
        if furthest and _before(view.status, furthest.status):
            told = f"{view.who} sees {view.status} after {furthest.who} saw {furthest.status}"
            yield Finding("order per key", f"order {order_id}", told)


def _before(status: str, seen: str) -> bool:
    if seen in ENDED:
        return status != seen
    return status in RANKS and RANKS[status] < RANKS[seen]


STORY: Mapping[str, int] = {
    "orders.order-submitted.v1": 0,
    "orders.order-checks-passed.v1": 1,
    "orders.order-confirmed.v1": 2,
    "orders.order-payment-gate-opened.v1": 3,
    "orders.order-fulfilment-started.v1": 4,
    "orders.order-shipped.v1": 5,
    "orders.order-received.v1": 6,
} | dict.fromkeys(ENDINGS.values(), 7)
"""Events of an order in the only order in which they can happen; others may stand between."""


def _told_in_order(order_id: str, events: Sequence[Json]) -> Iterator[Finding]:
    ids = Counter(event["message_id"] for event in events)
    for message_id in (one for one, count in ids.items() if count > 1):
        yield Finding("order per key", f"order {order_id}", f"event {message_id} told twice")
    own = [event["type"] for event in events if event["type"].startswith("orders.")]
    ranked = [one for one in own if one in STORY]
    for before, after in pairwise(ranked):
        if STORY[after] <= STORY[before]:
            yield Finding("order per key", f"order {order_id}", f"tells {after} after {before}")
    endings = set(ENDINGS.values())
    if ended := [place for place, one in enumerate(own) if one in endings]:
        for late in own[ended[0] + 1 :]:
            yield Finding("order per key", f"order {order_id}", f"tells {late} after its end")


def saga_terminal(opening: Opening, now: Picture) -> Iterator[Finding]:
    """Every order has ended or is somebody's work; one that ended was told to its end."""
    for order in now.orders.values():
        subject = f"order {order['number']}"
        if order["stuck"] and order["status"] not in ENDED:
            yield Finding("saga terminal", subject, f"{order['status']}: a participant is silent")
        elif not at_rest(order, now.put_backs):
            yield Finding("saga terminal", subject, f"{order['status']}, in nobody's queue")
    for order in _new(opening, now):
        ending = ENDINGS.get(order["status"])
        told = {event["type"] for event in now.timelines.get(order["order_id"], ())}
        if ending and ending not in told:
            yield Finding("saga terminal", f"order {order['number']}", f"{ending} was not told")


def _new(opening: Opening, now: Picture) -> Iterator[Json]:
    return (order for key, order in now.orders.items() if key not in opening.orders)


def _ok(operations: Iterable[Operation], op: str) -> Iterator[Operation]:
    return (one for one in operations if one.op == op and one.outcome is Outcome.OK)


def _end(operation: Operation) -> float:
    assert operation.ended is not None, "only an answered request is ok"
    return operation.ended
