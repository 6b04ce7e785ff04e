"""Between rows and orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from chassis.saga import Phase, Progress
from contracts.dealers import Terms
from contracts.inventory import ShipmentStatus
from contracts.orders import Hold
from services.orders.domain.holds import Held, Holds, by_rule
from services.orders.domain.lines import Amendment, Closing, Line, Shipment
from services.orders.domain.order import Credit, Ending, Order, Stock, restored

FACTS_OF_AN_ORDER = len(fields(Order))
UNCHANGED: Mapping[str, Any] = {
    "amendment": None,
    "adjustment": 0,
    "adjusted": 0,
    "closing": None,
}
"""The facts of the column `changes`, as nearly all orders have them: there it is null."""


def order_of(row: Record) -> Order:
    """An order from its row, whose columns are named as its facts."""
    facts: dict[str, Any] = dict(row)
    facts["terms"] = terms_of(facts["terms"])
    facts["progress"] = Progress(
        Phase(facts.pop("phase")),
        facts.pop("at"),
        facts.pop("about"),
        facts.pop("reached"),
        facts.pop("attempt"),
        facts.pop("deadline"),
    )
    facts["holds"] = _holds(facts["holds"], facts.pop("held"))
    facts["credit"] = Credit(facts["credit"])
    facts["stock"] = Stock(facts["stock"])
    facts["ending"] = Ending(facts["ending"]) if facts["ending"] else None
    facts["lines"] = tuple([restored(Line, line) for line in orjson.loads(facts["lines"])])
    facts["shipments"] = tuple(map(_shipment, orjson.loads(facts["shipments"])))
    changes = facts.pop("changes")
    facts.update(_changes(orjson.loads(changes)) if changes else UNCHANGED)
    assert len(facts) == FACTS_OF_AN_ORDER, "a column is missing, and its fact would be a default"
    return restored(Order, facts)


def document(parts: Sequence[Line] | Sequence[Shipment] | Sequence[Held]) -> str:
    """Lines, shipments or holds of an order, as they are stored."""
    return orjson.dumps(parts, option=orjson.OPT_NON_STR_KEYS).decode()


def changed_document(
    before: Sequence[Line] | Sequence[Shipment], after: Sequence[Line] | Sequence[Shipment]
) -> str | None:
    """What to store instead; None where nothing changed."""
    return None if after is before or after == before else document(after)


def changes_document(order: Order) -> str | None:
    """What became of an order after it was placed, as it is stored; None for nothing."""
    if order.amendment is None and order.closing is None and not order.adjustment:
        return None
    return orjson.dumps({fact: getattr(order, fact) for fact in UNCHANGED}).decode()


def _changes(facts: dict[str, Any]) -> dict[str, Any]:
    if amendment := facts["amendment"]:
        amendment["asked_by"] = UUID(amendment["asked_by"])
        amendment["asked_at"] = datetime.fromisoformat(amendment["asked_at"])
        amendment["lines"] = tuple([restored(Line, line) for line in amendment["lines"]])
        facts["amendment"] = Amendment(**amendment)
    if closing := facts["closing"]:
        closing["asked_by"] = UUID(closing["asked_by"])
        closing["asked_at"] = datetime.fromisoformat(closing["asked_at"])
        facts["closing"] = Closing(**closing)
    return facts


def _holds(held_kinds: Sequence[str], document: str) -> Holds:
    """The kinds decide; of holds from before they had details only the kind is known."""
    if not held_kinds:
        return ()
    told = {Hold(one["kind"]): one for one in orjson.loads(document)}
    return tuple(
        _held(kind, told[kind]) if kind in told else by_rule(kind)
        for kind in sorted(map(Hold, held_kinds))
    )


def _held(kind: Hold, told: Mapping[str, Any]) -> Held:
    return Held(
        kind,
        told["reason"],
        UUID(told["by"]) if told["by"] else None,
        datetime.fromisoformat(told["since"]) if told["since"] else None,
        datetime.fromisoformat(told["until"]) if told["until"] else None,
    )


def _shipment(facts: Mapping[str, Any]) -> Shipment:
    return Shipment(
        UUID(facts["shipment_id"]),
        facts["number"],
        ShipmentStatus(facts["status"]),
        {int(line_no): quantity for line_no, quantity in facts["quantities"].items()},
        facts["invoice_number"],
    )


@lru_cache(maxsize=4096)
def terms_of(document: str) -> Terms:
    """Terms from their JSON; a company has few different ones."""
    return Terms.model_validate_json(document)
