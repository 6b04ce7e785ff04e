"""Price lists: one draft at a time; published by a second person; then fixed for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from chassis.errors import DomainError
from contracts.catalog import PriceListPublished
from services.catalog.domain.audience import Audience


class PriceListCodeTaken(DomainError):
    """There is a price list with this code already.

    zh: 价目表编码已存在。
    请为已有价目表起草新版本，或换一个编码。

    Draft a new version of the one that is there, or choose another code.
    """


class NoDraft(DomainError):
    """This price list has no draft version.

    zh: 该价目表没有草稿版本。
    已发布的版本不可修改；请先起草新版本。

    A published version never changes: draft the next one first.
    """


class DraftExists(DomainError):
    """This price list has a draft version already.

    zh: 该价目表已有草稿版本。
    请先发布它，再起草下一个版本。

    Publish it before you draft the next one.
    """


class EmptyPriceList(DomainError):
    """The draft has no prices.

    zh: 草稿中没有任何价格。
    请先录入价格，再发布。

    Enter prices first.
    """


class SamePerson(DomainError):
    """Another person must publish what you drafted.

    zh: 起草人不能发布自己起草的价目表。
    请由另一位管理人员复核后发布。

    Ask another administrator to check and publish it.
    """


class WindowOver(DomainError):
    """The window of the draft is over already.

    zh: 草稿的有效期已过。
    请重新设定有效期。

    Give it a window that is not over.
    """


class RepeatedBreak(DomainError):
    """The same SKU and quantity have two prices.

    zh: 同一商品的同一起订量出现了两个价格。
    """

    status = 422


class VersionStatus(StrEnum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"


@dataclass(frozen=True, slots=True)
class Window:
    """When prices hold: from the first moment on, up to the last one, which is outside."""

    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class ListVersion:
    """One version of a price list, without its entries."""

    version: int
    status: VersionStatus
    tax_inclusive: bool
    window: Window
    drafted_by: UUID
    published_by: UUID | None = None
    published_at: datetime | None = None
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PriceList:
    """A price list for some; `newest` is its last version."""

    price_list_id: UUID
    code: str
    name: str
    audience: Audience
    revision: int
    newest: ListVersion

    @property
    def draft(self) -> ListVersion:
        """Raises NoDraft."""
        if self.newest.status is not VersionStatus.DRAFT:
            raise NoDraft(newest_version=self.newest.version)
        return self.newest


@dataclass(frozen=True, slots=True)
class Entry:
    """From this quantity on, a unit of the SKU costs this much."""

    sku: str
    min_quantity: int
    unit_price: Decimal


class PriceDifference(NamedTuple):
    """A price that comes, goes or changes; what is not there is None."""

    sku: str
    min_quantity: int
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What a sheet of prices comes to."""

    differences: Sequence[PriceDifference]
    unchanged: int
    unknown: Collection[str]
    """SKUs that there are no products of; nothing is stored for them."""


def next_draft(
    known: PriceList, *, tax_inclusive: bool, window: Window, drafted_by: UUID
) -> PriceList:
    """The list with a new draft; raises DraftExists."""
    if known.newest.status is VersionStatus.DRAFT:
        raise DraftExists(version=known.newest.version)
    draft = ListVersion(
        known.newest.version + 1, VersionStatus.DRAFT, tax_inclusive, window, drafted_by
    )
    return replace(known, revision=known.revision + 1, newest=draft)


def publish(
    known: PriceList, *, entries: int, publisher: UUID, now: datetime, second_person: bool
) -> PriceList:
    """The list with its draft published; raises NoDraft, SamePerson, EmptyPriceList, WindowOver."""
    draft = known.draft
    if second_person and publisher == draft.drafted_by:
        raise SamePerson
    if entries == 0:
        raise EmptyPriceList
    if draft.window.valid_to and draft.window.valid_to <= now:
        raise WindowOver(valid_to=draft.window.valid_to)
    published = replace(
        draft, status=VersionStatus.PUBLISHED, published_by=publisher, published_at=now
    )
    return replace(known, revision=known.revision + 1, newest=published)


def publication(known: PriceList) -> PriceListPublished:
    """What the world is told of the newest version."""
    return PriceListPublished(
        price_list_id=known.price_list_id,
        version=known.newest.version,
        code=known.code,
        tier=known.audience.tier or "",
        province=known.audience.province,
        dealer_id=known.audience.dealer_id,
        valid_from=known.newest.window.valid_from,
    )


def check_breaks(entries: Sequence[Entry]) -> None:
    """Raises RepeatedBreak, naming the SKUs."""
    places = Counter((entry.sku, entry.min_quantity) for entry in entries)
    if twice := sorted({sku for (sku, _), times in places.items() if times > 1}):
        raise RepeatedBreak(skus=twice)


def differences(before: Sequence[Entry], after: Sequence[Entry]) -> list[PriceDifference]:
    """What becomes of each price where `after` replaces `before`, by SKU and quantity."""
    old = {(entry.sku, entry.min_quantity): entry.unit_price for entry in before}
    new = {(entry.sku, entry.min_quantity): entry.unit_price for entry in after}
    return [
        PriceDifference(*place, old.get(place), new.get(place))
        for place in sorted(old.keys() | new.keys())
        if old.get(place) != new.get(place)
    ]
