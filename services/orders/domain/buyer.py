"""Who buys, as he was when the order was submitted (F-53): no later change alters it."""

from __future__ import annotations

from contracts.dealers import DealerState, InvoiceTitle, ShipTo
from contracts.message import Part


class Buyer(Part):
    """What papers about an order say of its dealer."""

    name: str
    tier: str
    ship_to: ShipTo | None = None
    invoice_title: InvoiceTitle | None = None

    @classmethod
    def of(cls, dealer: DealerState) -> Buyer:
        return cls(
            name=dealer.name,
            tier=dealer.tier,
            ship_to=dealer.ship_to,
            invoice_title=dealer.invoice_title,
        )
