"""SQL of the audit log: it is only ever added to. The lock of its head comes after all others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import orjson

from chassis.db import Database, Tx
from chassis.ids import uuid7
from gateway.audit import Dated, Entry, Head, Known, links, references, text_of


async def record(tx: Tx, entries: Sequence[Entry]) -> None:
    """Add to the audit log, in the transaction of what it tells."""
    if entries:
        await _append(tx, [Dated(uuid7(), entry) for entry in entries])


async def record_once(tx: Tx, entries: Sequence[Dated]) -> None:
    """Add those that are not there yet, by their ids."""
    if entries:
        await _append(tx, entries, perhaps_known=True)


async def _append(tx: Tx, entries: Sequence[Dated], *, perhaps_known: bool = False) -> None:
    [newest] = await tx.fetch("SELECT position, digest, now() AS at FROM audit_head FOR UPDATE")
    if perhaps_known:
        known = await _known_entries(tx, [one.entry_id for one in entries])
        entries = [one for one in entries if one.entry_id not in known]
        if not entries:
            return
    chain = links(Head(newest["position"], newest["digest"]), newest["at"], entries)
    named = [references(link.entry.facts) for link in chain]
    await tx.execute(
        """
        WITH added AS (
            INSERT INTO audit_log (position, entry_id, at, actor, action, subject_id, facts, digest,
                                   dealer_id, documents)
            SELECT position, entry_id, at, actor, action, subject_id, facts::jsonb, digest,
                   dealer_id, string_to_array(documents, E'\\n')
            FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[],
                        $6::uuid[], $7::text[], $8::bytea[], $9::uuid[], $10::text[])
                 AS new(position, entry_id, at, actor, action, subject_id, facts, digest,
                        dealer_id, documents)
        )
        UPDATE audit_head SET position = $11, digest = $12
        """,
        [link.position for link in chain],
        [link.entry_id for link in chain],
        [link.at for link in chain],
        [link.entry.actor for link in chain],
        [link.entry.action for link in chain],
        [link.entry.subject_id for link in chain],
        [text_of(link.entry.facts).decode() for link in chain],
        [link.digest for link in chain],
        [one.dealer_id for one in named],
        ["\n".join(one.documents) for one in named],
        chain[-1].position,
        chain[-1].digest,
    )


async def _known_entries(tx: Tx, entry_ids: Collection[UUID]) -> set[UUID]:
    rows = await tx.fetch(
        "SELECT entry_id FROM audit_log WHERE entry_id = ANY($1::uuid[])", list(entry_ids)
    )
    return {row["entry_id"] for row in rows}


async def lock_known(tx: Tx, subject_ids: Collection[UUID]) -> dict[UUID, Known]:
    """The newest states of these, by the id of what they are about."""
    rows = await tx.fetch(
        """
        SELECT subject_id, version, facts
        FROM known_states
        WHERE subject_id = ANY($1::uuid[])
        ORDER BY subject_id
        FOR NO KEY UPDATE
        """,
        list(subject_ids),
    )
    return {row["subject_id"]: Known(row["version"], orjson.loads(row["facts"])) for row in rows}


async def save_known(tx: Tx, known: Mapping[UUID, Known]) -> None:
    """Keep the newest states."""
    await tx.execute(
        """
        INSERT INTO known_states (subject_id, version, facts)
        SELECT subject_id, version, facts::jsonb
        FROM unnest($1::uuid[], $2::int[], $3::text[]) AS new(subject_id, version, facts)
        ORDER BY subject_id
        ON CONFLICT (subject_id) DO UPDATE SET version = excluded.version, facts = excluded.facts
        WHERE excluded.version > known_states.version
        """,
        list(known),
        [one.version for one in known.values()],
        [text_of(one.facts).decode() for one in known.values()],
    )


async def forget(db: Database, older_than: datetime, limit: int) -> int:
    """Drop a piece of the oldest entries; returns how many those were."""
    return await db.fetchval(  # type: ignore[no-any-return]
        "SELECT forget_audit_log($1, $2)", older_than, limit
    )
