"""Make people known, decide what they may do, and let applicants become dealers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis import outbox
from chassis.db import Tx
from chassis.errors import DomainError, NotFound
from contracts.dealers import DealerState, DealerStatus
from contracts.gateway import UserState
from gateway import domain
from gateway.audit import Entry
from gateway.domain import Assignment, Change, InvitationInvalid, LoginTaken, NewUser, User
from gateway.store import audit, clients, sessions
from gateway.store import users as store


async def create_users(tx: Tx, asks: Sequence[NewUser], *, by: str) -> list[User | DomainError]:
    """Make people known; per ask the user, or LoginTaken and what is wrong with his roles."""
    taken = await store.logins_taken(tx, {ask.login for ask in asks})
    outcomes = domain.admit(asks, taken)
    users = [outcome for outcome in outcomes if isinstance(outcome, User)]
    stored = await store.insert_users(tx, users)
    await _announce(tx, [user for user in users if user.user_id in stored], by, "users.create")
    return [
        LoginTaken(login=outcome.login)
        if isinstance(outcome, User) and outcome.user_id not in stored
        else outcome
        for outcome in outcomes
    ]


async def register(tx: Tx, ask: NewUser, *, invitation_hash: bytes | None) -> User | DomainError:
    """Let somebody in who asks himself: an applicant, who sees nothing yet.

    Refused with InvitationInvalid or LoginTaken: then roll back, so that the invitation stays good.
    """
    if invitation_hash is not None and not await store.use_invitation(
        tx, invitation_hash, user_id=ask.user_id
    ):
        return InvitationInvalid()
    [outcome] = await create_users(tx, [ask], by=f"user:{ask.user_id}")
    return outcome


async def invite(tx: Tx, code_hash: bytes, *, invited_by: UUID, expires_at: datetime) -> None:
    """Let one person register."""
    await store.insert_invitation(tx, code_hash, invited_by=invited_by, expires_at=expires_at)


async def change_users(tx: Tx, asks: Sequence[Change], *, by: str) -> list[User | DomainError]:
    """Rename, assign, disable, enable; per ask (of distinct users) the user as he is then.

    Refused with NotFound, StaleVersion, LastAdministrator and what is wrong with the new roles.
    Whoever is disabled is logged out everywhere.
    """
    known = await store.lock_users_and_administrators(tx, [ask.user_id for ask in asks])
    outcomes = domain.change(known, asks)
    changed = [one for one in outcomes if isinstance(one, User) and one != known[one.user_id]]
    await store.update_users(tx, changed)
    await sessions.delete_sessions_of(tx, [one.user_id for one in changed if not one.active])
    await _announce(tx, changed, by, "users.change", before=known)
    return outcomes


async def set_passwords(tx: Tx, hashes: Mapping[UUID, str], *, by: str, keep: bytes = b"") -> None:
    """Store new passwords, by user; log him out everywhere but in the session `keep`."""
    await store.set_password_hashes(tx, hashes)
    await sessions.delete_sessions_of(tx, hashes, but=keep)
    await audit.record(tx, [Entry(by, "users.set-password", user_id, {}) for user_id in hashes])


async def log_out(tx: Tx, user_id: UUID, *, by: str) -> None:
    """End all sessions of somebody, who may log in again. Raises NotFound."""
    if not await store.lock_users(tx, [user_id]):
        raise NotFound
    await sessions.delete_sessions_of(tx, [user_id])
    await audit.record(tx, [Entry(by, "users.log-out", user_id, {})])


async def take_dealer_states(tx: Tx, states: Sequence[DealerState]) -> None:
    """Keep what the gateway must know of dealers; whoever applied for one becomes a dealer."""
    await store.upsert_dealers(tx, states)
    activated = {
        state.applicant_user_id: state.dealer_id for state in states if state.applicant_user_id
    }
    applicants = await store.lock_users(tx, activated)
    dealers = [domain.become_dealer(user, activated[user.user_id]) for user in applicants.values()]
    changed = [user for user in dealers if user != applicants[user.user_id]]
    await store.update_users(tx, changed)
    await _announce(tx, changed, "dealers", "users.become-dealer", before=applicants)
    exited = [state.dealer_id for state in states if state.status is DealerStatus.EXITED]
    if exited:
        await _end_logins(tx, exited)


async def _end_logins(tx: Tx, dealer_ids: Sequence[UUID]) -> None:
    """People and machines of dealers who have left are locked out at once (F-50)."""
    known = await store.lock_users_of_dealers(tx, dealer_ids)
    ended = [domain.ended(user) for user in known.values()]
    await store.update_users(tx, ended)
    await sessions.delete_sessions_of(tx, list(known))
    await _announce(tx, ended, "dealers", "users.change", before=known)
    machines = await clients.disable_clients_of(tx, dealer_ids)
    await clients.delete_access_tokens_of(tx, machines)
    facts: dict[str, Any] = {"active": False, "before": {"active": True}}
    await audit.record(tx, [Entry("dealers", "api-clients.revoke", one, facts) for one in machines])


async def _announce(
    tx: Tx,
    users: Sequence[User],
    by: str,
    action: str,
    *,
    before: Mapping[UUID, User] | None = None,
) -> None:
    """Tell the other services, and the audit log."""
    known = before or {}
    entries = [
        Entry(by, action, user.user_id, _difference(known.get(user.user_id), user))
        for user in users
    ]
    await audit.record(tx, entries)
    await outbox.add(tx, [_state(user) for user in users])


def _state(user: User) -> UserState:
    warehouses = user.assignment.warehouse_ids
    return UserState(
        user_id=user.user_id,
        version=user.version,
        name=user.name,
        roles=tuple(sorted(user.assignment.roles)),
        dealer_id=user.assignment.dealer_id,
        active=user.active,
        warehouse_ids=None if warehouses is None else tuple(sorted(warehouses)),
        email=user.email,
        language=user.language,
    )


def _difference(before: User | None, after: User) -> dict[str, Any]:
    """What holds now, and what of it was different before."""
    facts = _facts(after)
    if before is None:
        return facts
    were = {name: was for name, was in _facts(before).items() if was != facts[name]}
    return facts | {"before": were}


def _facts(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "active": user.active,
        "email": user.email,
        "language": user.language,
        **assignment_facts(user.assignment),
    }


def assignment_facts(assignment: Assignment) -> dict[str, Any]:
    """What the audit log keeps of an assignment."""
    warehouses, territories = assignment.warehouse_ids, assignment.territories
    return {
        "roles": sorted(assignment.roles),
        "dealer_id": assignment.dealer_id,
        "warehouse_ids": None if warehouses is None else sorted(warehouses),
        "territories": None if territories is None else sorted(territories),
        "waiver": assignment.waiver,
    }
