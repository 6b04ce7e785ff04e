"""Rows of e-mails: queued with their message, taken by a worker, settled after the attempt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from asyncpg import Record

from chassis.db import Tx
from services.notify.domain import Mail, Settlement


async def start_mailing(tx: Tx) -> None:
    """From now on messages are sent; on already is fine."""
    await tx.execute(
        """
        INSERT INTO mailing (since)
        VALUES (date_trunc('milliseconds', now()))  -- as exact as the ids of events
        ON CONFLICT DO NOTHING
        """
    )


async def stop_mailing(tx: Tx) -> None:
    """Nothing is queued any more; what was queued waits until it is switched on again."""
    await tx.execute("DELETE FROM mailing")


async def insert_mails(tx: Tx, message_ids: Collection[UUID]) -> None:
    """Queue an e-mail to each reader of these messages who can be reached and wants it."""
    if not message_ids:
        return
    await tx.execute(
        """
        INSERT INTO mails (message_id, user_id, due_at)
        SELECT m.message_id, b.user_id, now()
        FROM mailing
        JOIN messages m ON m.message_id = ANY($1::uuid[]) AND m.queued_at >= mailing.since
        JOIN mailboxes b
          ON b.user_id = m.user_id OR (m.user_id IS NULL AND b.dealer_id = m.dealer_id)
        WHERE b.active
          AND b.email IS NOT NULL
          AND NOT EXISTS (
              SELECT FROM muted WHERE muted.user_id = b.user_id AND muted.template = m.template
          )
        ORDER BY m.message_id, b.user_id
        ON CONFLICT DO NOTHING
        """,
        list(message_ids),
    )


async def take_mails(tx: Tx, now: datetime, lease: timedelta, limit: int) -> list[Mail]:
    """Take what is due, the longest waiting first: nobody else takes it before the lease ends."""
    rows = await tx.fetch(
        """
        WITH due AS (
            SELECT message_id, user_id
            FROM mails
            WHERE status = 'DUE' AND due_at <= $1
            ORDER BY due_at
            LIMIT $3
            FOR NO KEY UPDATE SKIP LOCKED
        ), taken AS (
            UPDATE mails
            SET attempts = attempts + 1, due_at = $1 + $2::interval
            FROM due
            WHERE mails.message_id = due.message_id AND mails.user_id = due.user_id
            RETURNING mails.message_id, mails.user_id, mails.attempts
        )
        SELECT message_id, taken.user_id, taken.attempts, m.event_id, m.template, m.parameters,
               m.queued_at, u.name, b.email, b.language,
               b.active AND b.email IS NOT NULL AND muted.user_id IS NULL AS wanted
        FROM taken
        JOIN messages m USING (message_id)
        JOIN users u ON u.user_id = taken.user_id
        JOIN mailboxes b ON b.user_id = taken.user_id
        LEFT JOIN muted ON muted.user_id = taken.user_id AND muted.template = m.template
        ORDER BY message_id, user_id
        """,
        now,
        lease,
        limit,
    )
    return [_mail(row) for row in rows]


async def settle_mails(
    tx: Tx, settlements: Sequence[Settlement], now: datetime
) -> set[tuple[UUID, UUID]]:
    """Write down what became of mails; of one that somebody else has taken since, only success.

    Returns of which mails it was written down: message and user.
    """
    ordered = sorted(settlements, key=lambda one: (one.mail.message_id, one.mail.user_id))
    rows = await tx.fetch(
        """
        UPDATE mails
        SET status = new.status, attempts = new.attempts, due_at = new.due_at,
            reason = new.reason, settled_at = CASE WHEN new.status <> 'DUE' THEN $8::timestamptz END
        FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::int[], $6::timestamptz[],
                    $7::text[])
             AS new(message_id, user_id, taken, status, attempts, due_at, reason)
        WHERE mails.message_id = new.message_id
          AND mails.user_id = new.user_id
          AND mails.status = 'DUE'
          AND (mails.attempts = new.taken OR new.status = 'SENT')
        RETURNING mails.message_id, mails.user_id
        """,
        [one.mail.message_id for one in ordered],
        [one.mail.user_id for one in ordered],
        [one.mail.attempts for one in ordered],
        [one.status for one in ordered],
        [one.attempts for one in ordered],
        [one.due_at for one in ordered],
        [one.reason for one in ordered],
        now,
    )
    return {(row["message_id"], row["user_id"]) for row in rows}


async def mute(tx: Tx, user_id: UUID, template: str) -> None:
    """Send him no e-mail about this; again is fine."""
    await tx.execute(
        "INSERT INTO muted (user_id, template) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        user_id,
        template,
    )


async def unmute(tx: Tx, user_id: UUID, template: str) -> None:
    """Send him e-mail about this again."""
    await tx.execute("DELETE FROM muted WHERE user_id = $1 AND template = $2", user_id, template)


def _mail(row: Record) -> Mail:
    return Mail(
        message_id=row["message_id"],
        user_id=row["user_id"],
        attempts=row["attempts"],
        event_id=row["event_id"],
        template=row["template"],
        facts=orjson.loads(row["parameters"]),
        happened_at=row["queued_at"],
        name=row["name"],
        email=row["email"],
        language=row["language"],
        wanted=row["wanted"],
    )
