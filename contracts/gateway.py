"""Messages owned by the gateway."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.message import State


class UserState(State):
    """All that other services know of a user; never a secret."""

    type = "gateway.user-state.v1"
    topic = "gateway.state"
    keyed_by = "user_id"

    user_id: UUID
    name: str
    roles: tuple[str, ...]
    dealer_id: UUID | None
    active: bool
    warehouse_ids: tuple[UUID, ...] | None = Field(
        default=None, description="Where he works; null: everywhere."
    )
    email: str | None = Field(default=None, description="Null: he gets no e-mail.")
    language: Literal["zh-CN", "en"] = Field(default="zh-CN", description="That he reads.")
