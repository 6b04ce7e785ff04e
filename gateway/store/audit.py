"""SQL of the audit log: it is only ever added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from chassis.db import Tx
from chassis.ids import uuid7


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to whom; `facts` are what is new, and never a secret."""

    actor: str
    action: str
    subject_id: UUID
    facts: dict[str, Any]


async def record(tx: Tx, entries: Sequence[Entry]) -> None:
    """Add to the audit log, in the transaction of what it tells."""
    await tx.execute(
        """
        INSERT INTO audit_log (entry_id, actor, action, subject_id, facts)
        SELECT entry_id, actor, action, subject_id, facts::jsonb
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[])
             AS new(entry_id, actor, action, subject_id, facts)
        """,
        [uuid7() for _ in entries],
        [entry.actor for entry in entries],
        [entry.action for entry in entries],
        [entry.subject_id for entry in entries],
        [orjson.dumps(entry.facts, default=str).decode() for entry in entries],
    )
