"""Messages owned by the orders service."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.catalog import LineAsk
from contracts.dealers import Terms
from contracts.message import Command, Count, DealerReply, Event, Minor, Part, Quantity, Sku


class Hold(StrEnum):
    """Why an order stands still; each kind has one role that may release it."""

    APPROVAL = "APPROVAL"
    CREDIT = "CREDIT"
    DEALER = "DEALER"
    MANUAL = "MANUAL"
    PARTNER = "PARTNER"
    STOCK = "STOCK"


class OrderEvent(Event):
    """`version` counts the events of an order from 1 without gaps."""

    topic = "orders.events"
    keyed_by = "order_id"

    order_id: UUID
    version: int = Field(ge=1)
    number: str
    dealer_id: UUID
    salesperson_id: UUID | None


class OrderSubmitted(OrderEvent):
    """An order was accepted and its checks began."""

    type = "orders.order-submitted.v1"

    placed_by: UUID
    on_behalf: bool = Field(description="A salesperson placed it for the dealer.")
    warehouse_id: UUID
    terms: Terms
    lines: tuple[LineAsk, ...] = Field(min_length=1)


class OrderChecksPassed(OrderEvent):
    """Price, credit and stock are settled; the salesperson must confirm."""

    type = "orders.order-checks-passed.v1"

    total_minor: Minor = Field(ge=0)


class OrderHeld(OrderEvent):
    """Somebody or something must be settled before the order goes on."""

    type = "orders.order-held.v2"

    hold: Hold
    owner: str = Field(description="The role that may release it.")
    reason: str


class OrderHoldReleased(OrderEvent):
    """A hold is gone."""

    type = "orders.order-hold-released.v2"

    hold: Hold


class OrderConfirmed(OrderEvent):
    """The promise is given."""

    type = "orders.order-confirmed.v1"

    total_minor: Minor = Field(ge=0)
    automatic: bool
    due_before_release_minor: Minor = Field(
        ge=0, description="To be paid before the warehouse starts; 0: nothing."
    )


class OrderPaymentGateOpened(OrderEvent):
    """Enough is paid for the warehouse to start."""

    type = "orders.order-payment-gate-opened.v1"

    covered_minor: Minor


class OrderFulfilmentStarted(OrderEvent):
    """Picking began."""

    type = "orders.order-fulfilment-started.v1"


class LineAmounts(Part):
    line_no: int = Field(ge=1)
    sku: Sku
    quantity: Count = Field(description="0: the line was taken away.")
    gross_minor: Minor = Field(ge=0)


class OrderAmended(OrderEvent):
    """The order has other lines, and another total."""

    type = "orders.order-amended.v1"

    amendment: int = Field(ge=1)
    amended_by: UUID
    lines: tuple[LineAmounts, ...] = Field(description="Those that changed or came, as they are.")
    previous_total_minor: Minor = Field(ge=0)
    total_minor: Minor = Field(ge=0)


class OrderAmendmentRefused(OrderEvent):
    """An amendment did not pass a check; the order stays as it was."""

    type = "orders.order-amendment-refused.v1"

    amendment: int = Field(ge=1)
    reason: str


class LineQuantity(Part):
    line_no: int = Field(ge=1)
    sku: Sku
    quantity: Quantity


class BackorderedLine(LineQuantity):
    """The whole `quantity` of the line that is not there, also what was missing before."""

    ordered: Count = Field(default=0, description="Of the line, less what was given up.")
    shipped: Count = Field(default=0, description="Of it, what is known to have left.")


class OrderLinesBackordered(OrderEvent):
    """Of these lines the quantity named is not there; it follows."""

    type = "orders.order-lines-backordered.v1"

    lines: tuple[BackorderedLine, ...] = Field(min_length=1)
    warehouse_id: UUID | None = Field(default=None, description="That it is to leave from.")


class OrderLinesShortClosed(OrderEvent):
    """Of these lines the quantity named is given up."""

    type = "orders.order-lines-short-closed.v1"

    reason: str
    lines: tuple[LineQuantity, ...] = Field(min_length=1)
    total_minor: Minor = Field(ge=0, description="Of what remains.")


class OrderShipped(OrderEvent):
    """All goods of the order have left the warehouse."""

    type = "orders.order-shipped.v1"


class OrderReceived(OrderEvent):
    """The dealer has all goods of the order."""

    type = "orders.order-received.v1"


class OrderCancelRequested(OrderEvent):
    """Somebody wants the order undone."""

    type = "orders.order-cancel-requested.v1"

    reason: str


class OrderCancelDeclined(OrderEvent):
    """Goods had left already: the order goes on; a return is the way."""

    type = "orders.order-cancel-declined.v1"


class OrderRejected(OrderEvent):
    """A check or a person refused the order; all that was held is released."""

    type = "orders.order-rejected.v1"

    reason: str


class OrderExpired(OrderEvent):
    """Nobody confirmed, or paid, in time; all that was held is released."""

    type = "orders.order-expired.v1"

    reason: str


class OrderCancelled(OrderEvent):
    """The order is undone; all that was held is released."""

    type = "orders.order-cancelled.v1"

    reason: str
    returned_minor: Minor = Field(ge=0, description="Paid before, now in the wallet.")


class OrderCompleted(OrderEvent):
    """Everything is received, invoiced and settled by its terms."""

    type = "orders.order-completed.v1"

    total_minor: Minor = Field(ge=0)
    closed_short: bool = Field(default=False, description="A part of it was given up.")


class SagaStuck(OrderEvent):
    """A participant does not answer; the saga keeps asking, and somebody should look."""

    type = "orders.saga-stuck.v1"

    step: str
    reason: str


class TimeOutOrder(Command):
    """The deadline of a saga's step has passed, or a time until which an order waits for people.

    A later step or attempt makes it void.
    """

    type = "orders.time-out-order.v1"
    topic = "orders.commands"
    keyed_by = "order_id"

    order_id: UUID
    step: str
    attempt: int = Field(ge=0)


class OpenOrdersCounted(DealerReply):
    """How many orders of a dealer who leaves have not ended."""

    type = "orders.open-orders-counted.v1"

    open_orders: int = Field(ge=0)
