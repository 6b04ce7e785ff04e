"""SQL of machines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from asyncpg import Record

from chassis.db import Reader, Tx
from gateway.domain import Assignment
from gateway.store.users import assignment_of


@dataclass(frozen=True, slots=True)
class Client:
    """A machine that may ask for tokens."""

    client_id: UUID
    name: str
    assignment: Assignment
    secret_hash: bytes = field(repr=False)
    active: bool = True
    version: int = 1


async def insert_client(tx: Tx, client: Client) -> bool:
    """Store a new machine; False when its name is taken."""
    warehouses, territories = client.assignment.warehouse_ids, client.assignment.territories
    stored = await tx.fetchval(
        """
        INSERT INTO api_clients (client_id, name, secret_hash, roles, dealer_id, warehouse_ids,
                                 waiver, territories)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (name) DO NOTHING
        RETURNING true
        """,
        client.client_id,
        client.name,
        client.secret_hash,
        sorted(client.assignment.roles),
        client.assignment.dealer_id,
        None if warehouses is None else sorted(warehouses),
        client.assignment.waiver,
        None if territories is None else sorted(territories),
    )
    return stored is True


async def client_by_secret(reader: Reader, client_id: str, secret_hash: bytes) -> UUID | None:
    """The machine with this id and secret, unless it is shut out."""
    return await reader.fetchval(  # type: ignore[no-any-return]
        """
        SELECT client_id
        FROM api_clients
        WHERE client_id::text = $1 AND secret_hash = $2 AND active
        """,
        client_id,
        secret_hash,
    )


async def lock_client(tx: Tx, client_id: UUID) -> Client | None:
    """A machine; nobody else changes it until the transaction ends."""
    row = await tx.fetchrow(
        """
        SELECT client_id, name, secret_hash, roles, dealer_id, warehouse_ids, territories,
               waiver, active, version
        FROM api_clients
        WHERE client_id = $1
        FOR NO KEY UPDATE
        """,
        client_id,
    )
    return None if row is None else _client(row)


async def update_client(tx: Tx, client: Client) -> None:
    """Save whether it may work, and with which secret."""
    await tx.execute(
        """
        UPDATE api_clients SET secret_hash = $2, active = $3, version = $4 WHERE client_id = $1
        """,
        client.client_id,
        client.secret_hash,
        client.active,
        client.version,
    )


async def disable_clients_of(tx: Tx, dealer_ids: Collection[UUID]) -> list[UUID]:
    """Shut out the machines of these dealers; which were not yet."""
    rows = await tx.fetch(
        """
        UPDATE api_clients SET active = false, version = version + 1
        WHERE dealer_id = ANY($1::uuid[]) AND active
        RETURNING client_id
        """,
        list(dealer_ids),
    )
    return [row["client_id"] for row in rows]


async def delete_access_tokens_of(tx: Tx, client_ids: Collection[UUID]) -> None:
    """Take their tokens back."""
    await tx.execute(
        "DELETE FROM access_tokens WHERE client_id = ANY($1::uuid[])", list(client_ids)
    )


def _client(row: Record) -> Client:
    return Client(
        row["client_id"],
        row["name"],
        assignment_of(row),
        secret_hash=row["secret_hash"],
        active=row["active"],
        version=row["version"],
    )
