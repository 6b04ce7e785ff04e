"""What the order saga asks of inventory, and what it answers: hold, amend, give up."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from contracts.dealers import Shortage
from contracts.message import Command, Count, OrderReply, Part, Quantity, Sku


class InventoryCommand(Command):
    topic = "inventory.commands"
    keyed_by = "order_id"

    order_id: UUID


class Demand(Part):
    line_no: int = Field(ge=1)
    sku: Sku
    quantity: Quantity


class ReserveStock(InventoryCommand):
    """Hold the lines of an order: softly for a limited time, or firmly at once.

    What `shortage` does not refuse is held as far as it is there; the rest is backordered.

    With `firm` it is answered as FirmReservation is, with a refusal as ever.
    """

    type = "inventory.reserve-stock.v1"

    number: str
    dealer_id: UUID
    warehouse_id: UUID
    lines: tuple[Demand, ...] = Field(min_length=1)
    firm: bool = Field(default=False, description="Nothing but the stock stands in the way.")
    release: bool = Field(default=False, description="Of a firm one: the warehouse may start.")
    shortage: Shortage = Field(default=Shortage.REFUSE, description="Never ASK: orders asks.")
    priority: int = Field(
        default=0, ge=0, le=9, description="Of backorders, the higher one gets goods first."
    )


class FirmReservation(InventoryCommand):
    """Make the reservation last; with `release`, let the warehouse start on it too."""

    type = "inventory.firm-reservation.v1"

    release: bool


class ReleaseToWarehouse(InventoryCommand):
    """The payment gate is open: let the warehouse start on a firm reservation."""

    type = "inventory.release-to-warehouse.v1"


class AmendedDemand(Part):
    line_no: int = Field(ge=1)
    sku: Sku
    quantity: Count = Field(description="Base units from now on; 0 takes the line away.")


class AmendReservation(InventoryCommand):
    """Make the order's lines these, all or none of them (S-4); lines that are not named stay.

    Answered once per `amendment`; a later one must have a higher number.
    """

    type = "inventory.amend-reservation.v1"

    amendment: int = Field(ge=1)
    lines: tuple[AmendedDemand, ...] = Field(min_length=1)


class CloseRemainder(InventoryCommand):
    """Give up what was ordered and has neither left nor is being picked.

    Answered by FulfilmentAdvanced with what is closed of each line, or by RemainderNotClosed.
    """

    type = "inventory.close-remainder.v1"


class CancelFulfilment(InventoryCommand):
    """Give back whatever is held for an order, unless goods have left; nothing held is fine.

    Picked goods are given back when somebody confirms that he put them back. A reservation that
    arrives later is refused.
    """

    type = "inventory.cancel-fulfilment.v1"


class LineCount(Part):
    line_no: int = Field(ge=1)
    quantity: Quantity


class StockReserved(OrderReply):
    """Every line of the order is held, softly, except for what is backordered."""

    type = "inventory.stock-reserved.v1"

    backordered: tuple[LineCount, ...] = ()


class StockRefused(OrderReply):
    """At least one line cannot be held; nothing is held."""

    type = "inventory.stock-refused.v1"

    reason: str = Field(description="short, unknown-warehouse or released.")
    short: tuple[str, ...] = Field(description="SKUs with too little available; may be empty.")


class ReservationExpired(OrderReply):
    """Nobody confirmed in time: the soft reservation is given back, and will not come again."""

    type = "inventory.reservation-expired.v1"


class ReservationFirmed(OrderReply):
    """The reservation lasts; the warehouse waits for the payment gate."""

    type = "inventory.reservation-firmed.v1"

    backordered: tuple[LineCount, ...] = ()


class ReservationAmended(OrderReply):
    """The order's lines are as asked; what is not there of them is backordered."""

    type = "inventory.reservation-amended.v1"

    amendment: int = Field(ge=1)
    backordered: tuple[LineCount, ...] = Field(default=(), description="Of all lines.")


class AmendmentRefused(OrderReply):
    """The lines stay as they were."""

    type = "inventory.amendment-refused.v1"

    amendment: int = Field(ge=1)
    reason: str = Field(description="short, being-picked, picked or released.")
    skus: tuple[str, ...] = Field(default=(), description="Which are in the way.")


class RemainderNotClosed(OrderReply):
    """Somebody is picking for the order; asked again when he is done, it can be closed."""

    type = "inventory.remainder-not-closed.v1"


class ReservationLost(OrderReply):
    """Asked to firm up or to release what is not held any more."""

    type = "inventory.reservation-lost.v1"


class PartnerNotReady(OrderReply):
    """Asked to release to the warehouse of a partner, who cannot be told: it is held, firmly.

    Asked again, the partner may be ready.
    """

    type = "inventory.partner-not-ready.v1"

    reason: str = Field(description="no-adapter: nothing connects us to his system yet.")
    backordered: tuple[LineCount, ...] = ()


class PutBackAwaited(OrderReply):
    """Asked to cancel after picking: the goods are given back when somebody put them back."""

    type = "inventory.put-back-awaited.v1"


class FulfilmentCancelled(OrderReply):
    """Nothing is held for the order, nothing left the warehouse, and nothing will."""

    type = "inventory.fulfilment-cancelled.v1"


class FulfilmentCancelDeclined(OrderReply):
    """Too late: goods have left the warehouse. Nothing was given back."""

    type = "inventory.fulfilment-cancel-declined.v1"
