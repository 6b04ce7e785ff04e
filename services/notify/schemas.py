"""HTTP bodies of notify. Texts come in both languages; the client shows the reader's."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel


class TodoStatus(StrEnum):
    OPEN = "OPEN"
    DONE = "DONE"


class TodoResponse(BaseModel):
    todo_id: UUID
    kind: str
    status: TodoStatus
    subject_id: UUID
    order_id: UUID | None
    dealer_id: UUID | None
    dealer: str | None
    role: str
    user_id: UUID | None
    title_zh: str
    title_en: str
    opened_at: datetime
    done_at: datetime | None
    done_by: str | None


class TodoCount(BaseModel):
    kind: str
    role: str
    count: int
    oldest_at: datetime


class TodoCounts(BaseModel):
    total: int
    kinds: list[TodoCount]


class MessageResponse(BaseModel):
    message_id: UUID
    template: str
    order_id: UUID | None
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    queued_at: datetime
    read_at: datetime | None
    allowed_actions: list[str]


class MessageCounts(BaseModel):
    unread: int
