"""The parts of an order: its lines and shipments, and what is to become of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.inventory import ShipmentStatus


@dataclass(frozen=True)
class Line:
    """Amounts are None until the line is priced; then only an amendment changes them (E-05).

    They are those of the whole `quantity`, of which `closed` was given up later. A `quantity` of 0:
    an amendment took the line away.
    """

    line_no: int
    sku: str
    quantity: int
    name: str = ""
    unit: str = ""
    unit_price: str | None = None
    tax_rate_bp: int | None = None
    net_minor: int | None = None
    tax_minor: int | None = None
    gross_minor: int | None = None
    rule: str | None = None
    picked: int = 0
    shipped: int = 0
    delivered: int = 0
    received: int = 0
    backordered: int = 0
    closed: int = 0

    @property
    def kept(self) -> int:
        """Base units that were ordered and are not given up."""
        return self.quantity - self.closed

    @property
    def to_pick(self) -> int:
        """Base units that are held for the order and not picked yet."""
        return self.kept - self.backordered - self.picked

    @property
    def kept_gross_minor(self) -> int | None:
        """What the line comes to without what is closed of it; None until it is priced."""
        return None if self.gross_minor is None else self.upto_minor(self.gross_minor, self.kept)

    def upto_minor(self, amount_minor: int | None, quantity: int) -> int:
        """What the first `quantity` of the line come to, of its net or of its gross amount.

        Rounded cumulatively, so that parts add up to the line (domain rule 5.8.5).
        """
        assert amount_minor is not None, "asked for a share of a line without a price"
        if quantity == self.quantity:
            return amount_minor
        return (2 * amount_minor * quantity + self.quantity) // (2 * self.quantity)


@dataclass(frozen=True, slots=True)
class Shipment:
    """`quantities` are base units by line number."""

    shipment_id: UUID
    number: str
    status: ShipmentStatus
    quantities: dict[int, int] = field(hash=False)
    invoice_number: str | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """Other lines for an order, and how far they came through the checks (S-4)."""

    number: int
    asked_by: UUID
    by_dealer: bool
    asked_at: datetime
    reason: str
    previous_total_minor: int
    lines: tuple[Line, ...]
    """The lines that change or come, as they shall be; a quantity of 0 takes one away."""
    total_minor: int | None = None
    """Of the order with these lines; None until they are priced."""
    refused: str | None = None
    applied: bool = False

    @property
    def pending(self) -> bool:
        return not self.applied and self.refused is None


@dataclass(frozen=True, slots=True)
class Closing:
    """Somebody gives up what was ordered and has not left."""

    asked_by: UUID
    asked_at: datetime
    reason: str
    asks: int = 1
    """How often inventory is to be asked: once more when whoever was picking is done."""
    waits: bool = False
    """Somebody is picking for the order."""
