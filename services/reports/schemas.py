"""HTTP bodies of reports. Texts come in both languages; the client shows the reader's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class TimelineEvent(BaseModel):
    message_id: UUID
    at: datetime
    type: str
    actor_id: UUID | None
    actor: str | None
    text_zh: str
    text_en: str
    facts: dict[str, object]


class Timeline(BaseModel):
    order_id: UUID
    number: str
    dealer_id: UUID
    dealer: str | None
    status: str
    status_zh: str
    status_en: str
    total_minor: int | None
    events: list[TimelineEvent]
    allowed_actions: list[str]
