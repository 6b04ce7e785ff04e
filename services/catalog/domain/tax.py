"""Tax classes: what is taxed alike, with rates that have dates (domain rule 5.8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from chassis.errors import DomainError

EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""From when on the first rate of a class holds: before all trade."""
USUAL = "GOODS"
"""The class of a product that names neither class nor rate."""


class UnknownTaxClass(DomainError):
    """There is no tax class with this code.

    zh: 税收分类不存在。
    请先建立该分类，或从已有分类中选择。

    Make it first, or choose one that is there.
    """

    status = 422


class TaxClassExists(DomainError):
    """There is a tax class with this code already.

    zh: 税收分类编码已存在。
    请为已有分类设定新税率，或换一个编码。

    Set a new rate of the one that is there, or choose another code.
    """


class TaxRateInThePast(DomainError):
    """A rate cannot hold for what has been ordered already.

    zh: 税率不能对过去生效。
    请选择现在或将来的生效时间。

    Let it hold from now or from a later time on.
    """

    status = 422


class TaxRate(NamedTuple):
    """Of a class, from a time on, until the next one."""

    since: datetime
    rate_bp: int


@dataclass(frozen=True, slots=True)
class TaxClass:
    """What is taxed alike; its rates by date, the first of them since ever."""

    code: str
    name_zh: str
    name_en: str
    rates: tuple[TaxRate, ...]


def rate_at(rates: Sequence[TaxRate], at: datetime, own: int) -> int:
    """The rate that holds at a time; `own` where there is none by date."""
    return max((one for one in rates if one.since <= at), default=TaxRate(at, own)).rate_bp


def next_change(rates: Iterable[TaxRate], at: datetime) -> datetime | None:
    """When the first of these rates begins that do not hold yet."""
    return min((one.since for one in rates if one.since > at), default=None)


def with_rate(known: TaxClass, rate: TaxRate, now: datetime) -> TaxClass:
    """The class with another rate from a time on, in place of one that was to begin just then.

    Raises TaxRateInThePast.
    """
    if rate.since < now:
        raise TaxRateInThePast(valid_from=rate.since)
    others = [one for one in known.rates if one.since != rate.since]
    return TaxClass(known.code, known.name_zh, known.name_en, tuple(sorted([*others, rate])))
