"""Rows of notify; each function is one statement for the whole batch.

Locks: owed lines by (order_id, line_no), mails by (message_id, user_id), then to-dos by
(kind, subject_id), then nothing else; messages and projections lock no two rows that another batch
could take in the opposite order, because they are written sorted.
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
from services.notify.store.owed import (
    all_owed,
    begin_reminder,
    delete_owed,
    lock_owed,
    pickers,
    save_owed,
)
from services.notify.store.people import emails_of, upsert_dealers, upsert_mailboxes, upsert_users
from services.notify.store.todos import Facts, close_todos, open_places, open_todos, void_todos

__all__ = [
    "Facts",
    "all_owed",
    "begin_reminder",
    "close_todos",
    "delete_owed",
    "emails_of",
    "insert_mails",
    "insert_messages",
    "insert_read",
    "lock_owed",
    "mute",
    "open_places",
    "open_todos",
    "pickers",
    "save_owed",
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
