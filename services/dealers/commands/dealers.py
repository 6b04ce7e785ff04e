"""Take dealers in, and change their standing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis import outbox
from chassis.db import Tx
from chassis.errors import DomainError, NotFound
from chassis.ids import uuid7
from chassis.numbers import take_numbers
from contracts.message import Message
from services.dealers.domain import dealers as domain
from services.dealers.domain.dealers import (
    Change,
    Changed,
    ChangeKind,
    Dealer,
    DealerStatus,
    Decision,
    Tier,
)
from services.dealers.domain.refusals import ChangeHolds, NotASalesperson, SuperiorUnfit
from services.dealers.store import applications, people
from services.dealers.store import dealers as store

SERIES = "JXS"
"""Dealer codes 经销商编号: JXS-000123, without gaps."""
DUE_CHANGES_MAX = 200
FINANCE: Mapping[Tier, int] = {}
"""What finance may not grant: nothing."""

Check = Callable[[int], None]
"""Raises when the caller means another version than this one."""


async def import_dealers(
    tx: Tx, wanted: Sequence[Dealer], *, by: UUID, now: datetime
) -> list[Dealer]:
    """Take in dealers who came without an application (distinct credit codes), once each.

    A company that is a dealer already stays as it is, and is returned as it is.
    """
    codes = [one.company.credit_code for one in wanted]
    await applications.lock_credit_codes(tx, codes)
    known = await store.dealers_by_credit_code(tx, codes)
    fresh = [one for one in wanted if one.company.credit_code not in known]
    for added in await add_dealers(tx, fresh, by=by, now=now):
        known[added.company.credit_code] = added
    return [known[code] for code in codes]


async def add_dealers(tx: Tx, fresh: Sequence[Dealer], *, by: UUID, now: datetime) -> list[Dealer]:
    """Store new dealers with the next codes, and make them known; raises NotASalesperson."""
    if not fresh:
        return []
    sellers = {one.standing.salesperson_id for one in fresh}
    await check_salespeople(tx, {seller for seller in sellers if seller})
    codes = await take_numbers(tx, SERIES, len(fresh))
    dealers = [replace(one, code=code) for one, code in zip(fresh, codes, strict=True)]
    first = [change for one in dealers for change in _first_changes(one, by, now)]
    await store.insert_dealers(tx, dealers)
    await store.save_changes(tx, first, set_at=now, applied_at=now)
    await outbox.add(tx, [told for one in dealers for told in (one.activation, one.state)])
    return dealers


async def change_dealers(
    tx: Tx, decisions: Sequence[tuple[UUID, Decision]]
) -> list[Dealer | DomainError]:
    """Change the standing of dealers, in this order; per decision the dealer, or the refusal."""
    current = await store.lock_dealers(tx, {dealer_id for dealer_id, _ in decisions})
    before = dict(current)
    outcomes: list[Dealer | DomainError] = []
    messages: list[Message] = []
    for dealer_id, decide in decisions:
        dealer = current.get(dealer_id)
        outcome = decide(dealer) if dealer else NotFound()
        if isinstance(outcome, Changed):
            current[dealer_id] = outcome.dealer
            messages += outcome.messages
        outcomes.append(outcome.dealer if isinstance(outcome, Changed) else outcome)
    changed = [one for key, one in current.items() if one != before[key]]
    await store.save_dealers(tx, changed)
    if moved := [one.dealer_id for one in changed if _fits_anew(before[one.dealer_id], one)]:
        await store.unlink_unfit(tx, moved, list(Tier))
    await outbox.add(tx, messages)
    return outcomes


async def change_dealer(tx: Tx, dealer_id: UUID, decision: Decision, *, check: Check) -> Dealer:
    """Raises NotFound, StaleVersion, DealerExited."""

    def checked(dealer: Dealer) -> Changed | DomainError:
        check(dealer.version)
        return decision(dealer)

    [outcome] = await change_dealers(tx, [(dealer_id, checked)])
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


async def set_change(
    tx: Tx,
    change: Change,
    *,
    now: datetime,
    check: Check,
    alone_max_minor: Mapping[Tier, int] = FINANCE,
) -> Dealer:
    """Let another tier, other terms or another salesperson hold, now or from a later time on.

    Credit beyond `alone_max_minor` of his tier is not granted. Raises NotFound, StaleVersion,
    DealerExited, FinanceGrantsCredit, NotASalesperson.
    """
    if change.kind is ChangeKind.SALESPERSON:
        await check_salespeople(tx, {UUID(change.value["salesperson_id"])})
    if change.effective_from > now:
        decision = domain.granted(change, domain.unchanged, alone_max_minor)
        dealer = await change_dealer(tx, change.dealer_id, decision, check=check)
        await store.save_changes(tx, [change], set_at=now, applied_at=None)
        return dealer
    change = replace(change, effective_from=now)
    decision = domain.granted(change, domain.applied(change), alone_max_minor)
    dealer = await change_dealer(tx, change.dealer_id, decision, check=check)
    await store.save_changes(tx, [change], set_at=now, applied_at=now)
    return dealer


async def place_under(tx: Tx, dealer_id: UUID, superior_id: UUID | None, *, check: Check) -> Dealer:
    """Let a dealer belong to one of a higher tier, or to nobody.

    Raises NotFound, StaleVersion, DealerExited, SuperiorUnfit.
    """
    known = await store.lock_dealers(tx, {dealer_id, superior_id or dealer_id})
    superior = known.get(superior_id) if superior_id else None
    if superior_id and superior is None:
        raise SuperiorUnfit(superior_id=superior_id)
    return await change_dealer(tx, dealer_id, domain.placed_under(superior), check=check)


async def withdraw_change(tx: Tx, dealer_id: UUID, change_id: UUID) -> None:
    """Let a change that is still to come never hold. Raises NotFound, ChangeHolds.

    It leaves the dealer unlocked: the timer locks changes before dealers.
    """
    if not await store.drop_change(tx, dealer_id, change_id):
        known = await store.has_change(tx, dealer_id, change_id)
        raise ChangeHolds if known else NotFound


async def apply_due_changes(tx: Tx, now: datetime) -> int:
    """Let changes hold whose time has come; the number of them."""
    due = await store.take_due_changes(tx, now, limit=DUE_CHANGES_MAX)
    await change_dealers(tx, [(change.dealer_id, domain.applied(change)) for change in due])
    return len(due)


async def check_salespeople(tx: Tx, ids: Collection[UUID]) -> None:
    """Raises NotASalesperson."""
    if strangers := set(ids) - await people.salespeople(tx, ids):
        raise NotASalesperson(user_ids=sorted(map(str, strangers)))


def _fits_anew(before: Dealer, after: Dealer) -> bool:
    """Whether his place in the tree has to be looked at."""
    left = after.status is DealerStatus.EXITED
    return left or before.standing.tier is not after.standing.tier


def _first_changes(dealer: Dealer, by: UUID, now: datetime) -> list[Change]:
    standing = dealer.standing
    values = {
        ChangeKind.TIER: {"tier": standing.tier},
        ChangeKind.TERMS: domain.terms_value(standing.terms, standing.credit_limit_minor),
        ChangeKind.SALESPERSON: {"salesperson_id": str(standing.salesperson_id)},
    }
    if standing.salesperson_id is None:
        del values[ChangeKind.SALESPERSON]
    return [
        Change(uuid7(), dealer.dealer_id, kind, value, now, by) for kind, value in values.items()
    ]
