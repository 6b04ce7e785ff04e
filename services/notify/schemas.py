"""HTTP bodies of notify. Texts come in both languages; the client shows the reader's."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


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


class PreferenceRequest(BaseModel):
    """Whether e-mail of one kind is wanted."""

    model_config = ConfigDict(extra="forbid")

    mail: bool


class PreferenceResponse(BaseModel):
    """What you may be told of, and whether by e-mail too; in-app you are told of all."""

    template: str
    title_zh: str
    title_en: str
    mail: bool


class PreferencesResponse(BaseModel):
    """Where e-mail to you goes, and about what."""

    email: str | None = Field(description="Null: you get none; an administrator can set it.")
    language: str
    templates: list[PreferenceResponse]
    allowed_actions: list[str]
