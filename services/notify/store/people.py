"""What notify must know of dealers and users."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.db import Reader, Tx
from contracts.dealers import DealerState
from contracts.gateway import UserState


async def upsert_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Keep the newest state of each dealer."""
    await tx.execute(
        """
        INSERT INTO dealers AS d (dealer_id, name, salesperson_id, version)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[])
        ON CONFLICT (dealer_id) DO UPDATE
        SET name = excluded.name, salesperson_id = excluded.salesperson_id,
            version = excluded.version
        WHERE excluded.version > d.version
        """,
        [state.dealer_id for state in states],
        [state.name for state in states],
        [state.salesperson_id for state in states],
        [state.version for state in states],
    )


async def upsert_users(tx: Tx, states: Sequence[UserState]) -> None:
    """Keep the newest state of each user."""
    await tx.execute(
        """
        INSERT INTO users AS u (user_id, name, version, roles, warehouse_ids)
        SELECT user_id, name, version, string_to_array(roles, ','),
               string_to_array(warehouse_ids, ',')::uuid[]
        FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[])
             AS new(user_id, name, version, roles, warehouse_ids)
        ON CONFLICT (user_id) DO UPDATE
        SET name = excluded.name, version = excluded.version, roles = excluded.roles,
            warehouse_ids = excluded.warehouse_ids
        WHERE excluded.version > u.version
        """,
        [state.user_id for state in states],
        [state.name for state in states],
        [state.version for state in states],
        [",".join(state.roles) for state in states],
        [
            None if state.warehouse_ids is None else ",".join(map(str, state.warehouse_ids))
            for state in states
        ],
    )


async def upsert_mailboxes(tx: Tx, states: Sequence[UserState]) -> None:
    """Keep where and how each user is reached."""
    await tx.execute(
        """
        INSERT INTO mailboxes AS b (user_id, dealer_id, email, language, active, version)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::boolean[],
                             $6::int[])
        ON CONFLICT (user_id) DO UPDATE
        SET dealer_id = excluded.dealer_id, email = excluded.email, language = excluded.language,
            active = excluded.active, version = excluded.version
        WHERE excluded.version > b.version
        """,
        [state.user_id for state in states],
        [state.dealer_id for state in states],
        [state.email for state in states],
        [state.language for state in states],
        [state.active for state in states],
        [state.version for state in states],
    )


async def emails_of(reader: Reader, user_ids: Collection[UUID]) -> dict[UUID, str | None]:
    """Where mail to these users goes; null for whoever gets none."""
    rows = await reader.fetch(
        """
        SELECT user_id, CASE WHEN active THEN email END AS email
        FROM mailboxes
        WHERE user_id = ANY($1::uuid[])
        """,
        list(user_ids),
    )
    return {row["user_id"]: row["email"] for row in rows}
