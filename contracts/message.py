"""The kinds of message. Their envelope (id, time, trace, actor) travels in Kafka headers."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Sku = Annotated[str, Field(min_length=1, max_length=64)]
Quantity = Annotated[int, Field(gt=0, description="Base units.")]
Count = Annotated[int, Field(ge=0, description="Base units.")]
Minor = Annotated[int, Field(description="Minor units of the currency (fen).")]
Price = Annotated[
    str,
    Field(pattern=r"^\d{1,12}(\.\d{1,6})?$", description="Decimal, at most six places."),
]
Percent = Annotated[int, Field(ge=0, le=100)]


class Part(BaseModel):
    """A piece of a message."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Message(Part):
    """Immutable; unknown fields are ignored so that producers may add some (tolerant reader)."""

    type: ClassVar[str]
    topic: ClassVar[str]
    keyed_by: ClassVar[str]

    @property
    def key(self) -> bytes:
        """Messages with equal keys stay in order; an id is its 16 raw bytes."""
        value: object = getattr(self, self.keyed_by)
        return value.bytes if isinstance(value, UUID) else str(value).encode()


class Event(Message):
    """Something that happened; named in the past tense by its owner."""


class Command(Message):
    """Something asked of one service; named in the imperative by its receiver."""


class State(Message):
    """The newest whole state of a reference aggregate; a projection can start from it alone.

    A reader keeps the row with the highest `version`: an older one that arrives later is dropped.
    """

    version: int = Field(ge=1)


class DealerReply(Event):
    """What another service knows of a dealer who leaves; told when it changes (F-50)."""

    topic = "dealers.replies"
    keyed_by = "dealer_id"

    dealer_id: UUID
    dealer_version: int = Field(ge=1, description="Of the dealer's state that it answers.")


class OrderReply(Event):
    """A participant's answer to the order saga. All answers about one order stand in one line."""

    topic = "orders.replies"
    keyed_by = "order_id"

    order_id: UUID
