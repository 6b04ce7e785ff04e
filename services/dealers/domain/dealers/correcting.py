"""What is known of a dealer beside his standing: the words for him, and where things go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from chassis.errors import DomainError
from contracts.dealers import InvoiceTitle, ShipTo
from services.dealers.domain.dealers.aggregate import (
    Changed,
    Dealer,
    DealerStatus,
    Decision,
)
from services.dealers.domain.refusals import DealerExited, SuperiorUnfit


def corrected(
    company: Mapping[str, str], warehouse_id: UUID | None, shelf_life_min_days: int | None = None
) -> Decision:
    """Other words for who he is, by the fields of Company, another warehouse to serve him, or how
    long what he takes must keep.
    """

    def decide(dealer: Dealer) -> Changed | DomainError:
        standing, days = dealer.standing, shelf_life_min_days
        if warehouse_id:
            standing = replace(standing, warehouse_id=warehouse_id)
        return _revised(
            dealer,
            company=replace(dealer.company, **company),
            standing=standing,
            shelf_life_min_days=dealer.shelf_life_min_days if days is None else days,
        )

    return decide


def invoiced_to(title: InvoiceTitle) -> Decision:
    """From now on invoices are made out to this title."""
    return lambda dealer: _revised(dealer, invoice_title=title)


def shipped_to(place: ShipTo | None) -> Decision:
    """Another address is the usual one."""
    return lambda dealer: _revised(dealer, ship_to=place)


def placed_under(superior: Dealer | None) -> Decision:
    """He belongs to a dealer of a higher tier, or to nobody (F-51).

    Tiers fall from superior to dealer, so that nobody is above himself.
    """

    def decide(dealer: Dealer) -> Changed | DomainError:
        if superior is None:
            return _revised(dealer, superior_id=None)
        if superior.status is DealerStatus.EXITED:
            return SuperiorUnfit(superior_status=superior.status)
        if not superior.standing.tier.above(dealer.standing.tier):
            tiers = {"tier": dealer.standing.tier, "superior_tier": superior.standing.tier}
            return SuperiorUnfit(**tiers)
        return _revised(dealer, superior_id=superior.dealer_id)

    return decide


def _revised(dealer: Dealer, **facts: Any) -> Changed | DomainError:
    """The dealer with other facts, told as a state where one of them is new."""
    if dealer.status is DealerStatus.EXITED:
        return DealerExited()
    after = replace(dealer, **facts)
    if after == dealer:
        return Changed(dealer)
    after = replace(after, version=dealer.version + 1)
    return Changed(after, (after.state,))
