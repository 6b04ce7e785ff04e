"""One step of people's work on each of a batch of fulfilments: how all of them are done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis import outbox
from chassis.auth import Actor, Resource, in_scope
from chassis.db import Tx
from chassis.errors import DomainError, NotFound
from chassis.http import StaleVersion
from services.inventory.domain.fulfilment import Change, Fulfilment, Known, then
from services.inventory.store import changes

Outcome = Fulfilment | DomainError
Decide = Callable[[Fulfilment], Change | DomainError]


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, None: time; and the version that he saw, where he says so."""

    actor: Actor | None = None
    if_match: int | None = None

    def refusal(self, fulfilment: Fulfilment) -> DomainError | None:
        """NotFound for what is foreign, StaleVersion when it changed meanwhile."""
        resource = Resource(fulfilment.dealer_id, None, fulfilment.warehouse_id)
        if self.actor and not in_scope(self.actor, resource):
            return NotFound()
        if self.if_match is not None and self.if_match != fulfilment.revision:
            return StaleVersion(current_version=fulfilment.revision)
        return None


async def take(
    tx: Tx, by: By, seen: Mapping[UUID, Known], steps: Sequence[tuple[UUID | None, Decide]]
) -> list[Outcome]:
    """Decide each step on what the one before left of its order; save and announce what is done.

    `seen` are the locked orders, `steps` an order id (None: there is no such document) and what
    is decided of it. A step that is refused leaves the others alone.
    """
    merged: dict[UUID, Change] = {}
    outcomes: list[Outcome] = []
    for order_id, decide in steps:
        before = seen.get(order_id) if order_id else None
        outcome = _decide(by, merged, before, decide)
        outcomes.append(outcome.after if isinstance(outcome, Change) else outcome)
    await changes.save(tx, list(merged.values()))
    await outbox.add(tx, [message for change in merged.values() for message in change.messages])
    return outcomes


def _decide(
    by: By, merged: dict[UUID, Change], before: Known | None, decide: Decide
) -> Change | DomainError:
    if not isinstance(before, Fulfilment):
        return NotFound()
    so_far = merged.get(before.order_id, Change(before, before))
    outcome = by.refusal(so_far.after) or decide(so_far.after)
    if isinstance(outcome, Change):
        merged[before.order_id] = then(so_far, outcome)
    return outcome
