"""Make machines known, change their secrets, and shut them out."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from chassis.auth import Actor, Role
from chassis.db import Tx
from chassis.errors import DomainError, NotFound
from chassis.ids import uuid7
from gateway import domain
from gateway.audit import Entry
from gateway.commands.users import assignment_facts
from gateway.domain import Assignment, ClientNameTaken, RolesUnfit
from gateway.identity import hash_of, new_secret
from gateway.store import audit
from gateway.store import clients as store
from gateway.store.clients import Client


async def create_client(
    tx: Tx, actor: Actor, name: str, assignment: Assignment
) -> tuple[Client, str] | DomainError:
    """Make a machine known; returns it and its secret, which is shown this once.

    Refused with ClientNameTaken and what is wrong with its roles.
    """
    if Role.APPLICANT in assignment.roles:
        return RolesUnfit(roles=sorted(assignment.roles))
    if refusal := domain.check_assignment(assignment):
        return refusal
    secret = new_secret("qk_")
    client = Client(uuid7(), name, assignment, secret_hash=hash_of(secret))
    if not await store.insert_client(tx, client):
        return ClientNameTaken(name=name)
    await _record(tx, actor, "api-clients.create", client)
    return client, secret


async def rotate_secret(tx: Tx, actor: Actor, client_id: UUID) -> tuple[Client, str] | DomainError:
    """Give a machine a new secret; the old one and its tokens end now. Refused with NotFound."""
    known = await store.lock_client(tx, client_id)
    if known is None:
        return NotFound()
    secret = new_secret("qk_")
    client = replace(known, secret_hash=hash_of(secret), version=known.version + 1)
    await store.update_client(tx, client)
    await store.delete_access_tokens_of(tx, [client_id])
    await _record(tx, actor, "api-clients.rotate-secret", client)
    return client, secret


async def revoke_client(tx: Tx, actor: Actor, client_id: UUID) -> Client | DomainError:
    """Shut a machine out for good. Refused with NotFound."""
    known = await store.lock_client(tx, client_id)
    if known is None:
        return NotFound()
    client = replace(known, active=False, version=known.version + 1)
    await store.update_client(tx, client)
    await store.delete_access_tokens_of(tx, [client_id])
    await _record(tx, actor, "api-clients.revoke", client)
    return client


async def _record(tx: Tx, actor: Actor, action: str, client: Client) -> None:
    facts = {"name": client.name, "active": client.active, **assignment_facts(client.assignment)}
    await audit.record(tx, [Entry(actor.reference, action, client.client_id, facts)])
