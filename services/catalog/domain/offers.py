"""What pricing must know: articles, dealers, published lists and where their prices stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.catalog.domain.audience import Audience, audiences
from services.catalog.domain.tax import TaxRate, rate_at


class Article(NamedTuple):
    """What pricing must know of a product."""

    name: str
    unit: str
    tax_rate_bp: int
    for_sale: bool
    category: str = ""
    rates: tuple[TaxRate, ...] = ()
    """Of its tax class, if it has one."""

    def tax_rate_at(self, at: datetime) -> int:
        """The rate of what is ordered at that time."""
        return rate_at(self.rates, at, own=self.tax_rate_bp)


class Break(NamedTuple):
    """From this quantity on, a unit costs this much."""

    min_quantity: int
    unit_price: str
    unit_price_micros: int


class EntryKey(NamedTuple):
    """Where the prices of a SKU stand."""

    price_list_id: UUID
    version: int
    sku: str


@dataclass(frozen=True, slots=True)
class PublishedList:
    """One published version of a price list."""

    price_list_id: UUID
    version: int
    code: str
    tier: str | None
    currency: str
    tax_inclusive: bool
    published_at: datetime
    valid_from: datetime
    valid_to: datetime | None
    retired_at: datetime | None
    province: str | None = None
    dealer_id: UUID | None = None

    @property
    def audience(self) -> Audience:
        return Audience(self.tier, self.province, self.dealer_id)

    def covers(self, at: datetime) -> bool:
        """Published before, inside its window, and not retired at that time."""
        return (
            max(self.published_at, self.valid_from) <= at
            and (self.valid_to is None or at < self.valid_to)
            and (self.retired_at is None or at < self.retired_at)
        )


class Standing(NamedTuple):
    """The tier of a dealer and where he is, from a time on."""

    since: datetime
    tier: str
    province: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """A dealer and his standings, oldest first."""

    dealer_id: UUID
    standings: tuple[Standing, ...]

    def audiences_at(self, at: datetime) -> tuple[Audience, ...]:
        """What he belongs to; what was ordered before he came is priced by his first standing."""
        held = [one for one in self.standings if one.since <= at]
        standing = held[-1] if held else self.standings[0]
        return audiences(self.dealer_id, standing.tier, standing.province)


Breaks = Sequence[Break]
"""Of one SKU in one version, by ascending quantity."""
Entries = Mapping[EntryKey, Breaks]
