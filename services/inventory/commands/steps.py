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
from services.inventory.domain.fulfilment import Change, Fulfilment, Known, as_one, then
from services.inventory.store import changes
from services.inventory.store.known import Part

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
    tx: Tx, by: By, seen: Mapping[UUID, Known], steps: Sequence[tuple[Part | None, Decide]]
) -> list[Outcome]:
    """Decide each step on what the one before left of its part; save and announce what is done.

    `seen` are the locked orders by part, `steps` a part (None: there is no such document) and what
    is decided of it. A step that is refused leaves the others alone.
    """
    merged: dict[UUID, Change] = {}
    outcomes: list[Outcome] = []
    for part, decide in steps:
        before = seen.get(part.part_id) if part else None
        outcome = _decide(by, merged, before, decide)
        outcomes.append(outcome.after if isinstance(outcome, Change) else outcome)
    done = list(merged.values())
    await changes.save(tx, done)
    told = [message for change in done for message in change.messages]
    await outbox.add(tx, as_one(seen, done, told))
    return outcomes


def _decide(
    by: By, merged: dict[UUID, Change], before: Known | None, decide: Decide
) -> Change | DomainError:
    if not isinstance(before, Fulfilment):
        return NotFound()
    so_far = merged.get(before.part_id, Change(before, before))
    outcome = by.refusal(so_far.after) or decide(so_far.after)
    if isinstance(outcome, Change):
        merged[before.part_id] = then(so_far, outcome)
    return outcome
