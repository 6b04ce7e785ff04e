"""Temporary limits: ask for them, approve them, end them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chassis import outbox
from chassis.db import Tx
from chassis.errors import DomainError
from services.billing.commands.books import open_books, save_books
from services.billing.commands.outcomes import Outcome, missing_or_stale
from services.billing.domain import limits
from services.billing.domain.limits import (
    Grant,
    GrantStep,
    RequestGrant,
    TakeGrantStep,
)
from services.billing.store import limits as store


async def request_grants(tx: Tx, asks: Sequence[RequestGrant]) -> list[Outcome]:
    """Grant temporary limits, or let them wait for another person.

    Per ask None, or InvalidRequest, SalespersonMayNotGrant.
    """
    order_ids = {ask.order_id for ask in asks if ask.order_id}
    books = await open_books(tx, {ask.dealer_id for ask in asks}, order_ids)
    outcomes = [limits.request(books, ask) for ask in asks]
    new = [
        (ask, outcome.state)
        for ask, outcome in zip(asks, outcomes, strict=True)
        if isinstance(outcome, Grant)
    ]
    await store.insert_grants(tx, new)
    await save_books(tx, books)
    await outbox.add(tx, books.messages)
    return [outcome if isinstance(outcome, DomainError) else None for outcome in outcomes]


async def take_grant_steps(tx: Tx, asks: Sequence[TakeGrantStep]) -> list[Outcome]:
    """Approve, reject, revoke or end different temporary limits.

    Per ask None, or NotFound, StaleVersion, GrantElsewhere, GrantedByAnother,
    SalespersonMayNotGrant.
    """
    ids = [ask.grant_id for ask in asks]
    owners = await store.owners_of_grants(tx, ids)
    books = await open_books(tx, set(owners.values()))
    known = await store.grants(tx, owners)
    outcomes: list[Outcome] = []
    for ask in asks:
        outcome: Grant | Outcome = missing_or_stale(known.get(ask.grant_id), ask.version)
        if outcome is None:
            outcome = limits.take(books, known[ask.grant_id], ask)
        outcomes.append(outcome if isinstance(outcome, DomainError) else None)
    done = [ask for ask, refusal in zip(asks, outcomes, strict=True) if refusal is None]
    await store.save_grant_steps(tx, done)
    await save_books(tx, books)
    await outbox.add(tx, books.messages)
    return outcomes


async def expire_grants(tx: Tx, now: datetime, count_max: int) -> int:
    """End temporary limits whose time is over; say how many."""
    if due := await store.grants_to_end(tx, now, count_max):
        steps = [TakeGrantStep(grant_id, GrantStep.EXPIRE, None, now) for grant_id in due]
        await take_grant_steps(tx, steps)
    return len(due)
