"""What makes an order stand still: its holds, each with an owner, a reason and perhaps an end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from contracts.orders import Hold

HOLD_OWNERS: Mapping[Hold, str] = {
    Hold.APPROVAL: "ADM",
    Hold.CREDIT: "FIN",
    Hold.DEALER: "ADM",
    Hold.MANUAL: "SAL",
    Hold.PARTNER: "WHS",
    Hold.STOCK: "SAL",
}
"""The role that may release each kind of hold (P-20)."""

REASONS: Mapping[Hold, str] = {
    Hold.APPROVAL: "the total asks for a manager's approval",
    Hold.CREDIT: "over the credit limit",
    Hold.DEALER: "the dealer is stopped",
    Hold.MANUAL: "put on hold by hand",
    Hold.PARTNER: "the partner's warehouse cannot be told yet",
    Hold.STOCK: "stock does not cover it",
}
"""Where nobody says another one."""


@dataclass(frozen=True, slots=True)
class Held:
    """One hold; an order has at most one of a kind."""

    kind: Hold
    reason: str
    by: UUID | None = None
    """None: a rule, not a person."""
    since: datetime | None = None
    """None until the saga takes it up."""
    until: datetime | None = None
    """None: until somebody or something ends it."""

    @property
    def owner(self) -> str:
        """The role that may release it."""
        return HOLD_OWNERS[self.kind]


Holds = tuple[Held, ...]
"""In the order of their kinds."""


def by_rule(kind: Hold) -> Held:
    """A hold that nobody put by hand."""
    return Held(kind, REASONS[kind])


def kinds(holds: Holds) -> frozenset[Hold]:
    """What kinds of hold there are."""
    return frozenset(held.kind for held in holds)


def holding(holds: Holds, new: Held) -> Holds:
    """With one hold more; the same holds where there is one of its kind."""
    if new.kind in kinds(holds):
        return holds
    return tuple(sorted((*holds, new), key=lambda held: held.kind))


def without(holds: Holds, kind: Hold) -> Holds:
    """Without the hold of this kind; the same holds where there is none."""
    return tuple(held for held in holds if held.kind is not kind) if kind in kinds(holds) else holds


def dated(holds: Holds, now: datetime) -> Holds:
    """Those that are new are since now."""
    return tuple(held if held.since else replace(held, since=now) for held in holds)
