"""What of a message is told live, and to whom; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from chassis.auth import STAFF, Actor, Role

TOPICS = (
    "dealers.events",
    "orders.events",
    "inventory.events",
    "billing.events",
    "notify.events",
)
SHOWN = (
    "application_id",
    "dealer_id",
    "order_id",
    "number",
    "version",
    "hold",
    "pick_task_id",
    "shipment_id",
    "receipt_id",
    "invoice_id",
    "inbound_id",
    "warehouse_id",
    "todo_id",
    "kind",
    "message_id",
)
"""Enough to know what to read anew; whoever may not read it learns nothing from this."""

ROLES: Mapping[str, frozenset[Role]] = {
    "dealers": frozenset({Role.ADM}),
    "orders": frozenset({Role.ADM, Role.FIN, Role.PCK, Role.WHS, Role.DLV}),
    "inventory": frozenset({Role.ADM, Role.PCK, Role.WHS, Role.DLV}),
    "billing": frozenset({Role.ADM, Role.FIN}),
}
"""Who of the staff is told all that a service says; salespeople only of their own dealers."""


class Key(NamedTuple):
    """A kind of audience, e.g. `dealer` and whose."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """Ready to be sent."""

    event_id: str
    frame: bytes
    audience: frozenset[Key]
    warehouse_id: UUID | None = None


SalespersonOf = Callable[[UUID], UUID | None]
"""Of a dealer."""


def keys_of(actor: Actor) -> frozenset[Key]:
    """The audiences that somebody belongs to."""
    keys = {Key("user", str(actor.user_id))}
    if actor.dealer_id is not None:
        keys.add(Key("dealer", str(actor.dealer_id)))
    if Role.SAL in actor.roles:
        keys.add(Key("salesperson", str(actor.user_id)))
    keys |= {Key("role", role) for role in actor.roles & STAFF}
    return frozenset(keys)


def live_event(
    message_id: str, message_type: str, body: Mapping[str, Any], salesperson_of: SalespersonOf
) -> LiveEvent:
    """What is told of a message; its audience is empty when it concerns nobody."""
    service = message_type.partition(".")[0]
    told = {name: body[name] for name in SHOWN if body.get(name) is not None}
    data = orjson.dumps({"type": message_type, **told})
    audience = _personal(body) if service == "notify" else _public(service, body, salesperson_of)
    return LiveEvent(
        message_id,
        b"id: %s\ndata: %s\n\n" % (message_id.encode(), data),
        frozenset(audience),
        warehouse_id=_id(body.get("warehouse_id")) if service == "inventory" else None,
    )


def _public(service: str, body: Mapping[str, Any], salesperson_of: SalespersonOf) -> set[Key]:
    """The dealer, his salesperson, the people it names, and the staff whose work it is."""
    keys = {Key("role", role) for role in ROLES.get(service, ())}
    dealer_id = body.get("dealer_id")
    if dealer_id is not None:
        keys.add(Key("dealer", dealer_id))
        salesperson_id = body.get("salesperson_id") or salesperson_of(UUID(dealer_id))
        if salesperson_id is not None:
            keys.add(Key("salesperson", str(salesperson_id)))
    keys |= {
        Key("user", body[name]) for name in ("applicant_user_id", "screener_id") if body.get(name)
    }
    return keys


def _personal(body: Mapping[str, Any]) -> set[Key]:
    """To-dos and messages: for one user, else one dealer, else everybody of a role."""
    if user_id := body.get("user_id"):
        return {Key("user", user_id)}
    role, dealer_id = body.get("role", Role.DLR), body.get("dealer_id")
    if role == Role.DLR:
        return {Key("dealer", dealer_id)} if dealer_id else set()
    return {Key("role", role)}


def _id(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)
