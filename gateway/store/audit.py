"""SQL of the audit log: it is only ever added to. The lock of its head comes after all others."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.db import Tx
from chassis.ids import uuid7
from gateway.audit import Entry, Head, links, text_of


async def record(tx: Tx, entries: Sequence[Entry]) -> None:
    """Add to the audit log, in the transaction of what it tells."""
    if not entries:
        return
    [newest] = await tx.fetch("SELECT position, digest, now() AS at FROM audit_head FOR UPDATE")
    head = Head(newest["position"], newest["digest"])
    chain = links(head, newest["at"], [uuid7() for _ in entries], entries)
    await tx.execute(
        """
        WITH added AS (
            INSERT INTO audit_log (position, entry_id, at, actor, action, subject_id, facts, digest)
            SELECT position, entry_id, $3, actor, action, subject_id, facts::jsonb, digest
            FROM unnest($1::bigint[], $2::uuid[], $4::text[], $5::text[], $6::uuid[], $7::text[],
                        $8::bytea[])
                 AS new(position, entry_id, actor, action, subject_id, facts, digest)
        )
        UPDATE audit_head SET position = $9, digest = $10
        """,
        [link.position for link in chain],
        [link.entry_id for link in chain],
        newest["at"],
        [link.entry.actor for link in chain],
        [link.entry.action for link in chain],
        [link.entry.subject_id for link in chain],
        [text_of(link.entry.facts).decode() for link in chain],
        [link.digest for link in chain],
        chain[-1].position,
        chain[-1].digest,
    )
