"""Rows of notify; each function is one statement for the whole batch.

Locks: mails by (message_id, user_id), then to-dos by (kind, subject_id), then nothing else;
messages and projections lock no two rows that another batch could take in the opposite order,
because they are written sorted.
"""

from __future__ import annotations

from services.notify.store.mails import (
    insert_mails,
    mute,
    settle_mails,
    start_mailing,
    stop_mailing,
    take_mails,
    unmute,
)
from services.notify.store.messages import insert_messages, insert_read
from services.notify.store.people import emails_of, upsert_dealers, upsert_mailboxes, upsert_users
from services.notify.store.todos import Facts, close_todos, open_places, open_todos, void_todos

__all__ = [
    "Facts",
    "close_todos",
    "emails_of",
    "insert_mails",
    "insert_messages",
    "insert_read",
    "mute",
    "open_places",
    "open_todos",
    "settle_mails",
    "start_mailing",
    "stop_mailing",
    "take_mails",
    "unmute",
    "upsert_dealers",
    "upsert_mailboxes",
    "upsert_users",
    "void_todos",
]
