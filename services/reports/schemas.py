"""HTTP bodies of reports. Texts come in both languages; the client shows the reader's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field


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


class FunnelStep(BaseModel):
    step: str
    label_zh: str
    label_en: str
    orders: int = Field(description="How many of the orders have reached it.")
    median_seconds: int | None = Field(description="From submission to this step.")
    p95_seconds: int | None


class Funnel(BaseModel):
    """How far the orders of a span of time came, and how long it took."""

    since: datetime
    until: datetime
    steps: list[FunnelStep]
