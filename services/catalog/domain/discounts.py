"""Discounts of a whole order, from what it comes to, spread over its lines (P-28, 整单折扣 揉价).

A rule names an audience, what an order comes to at least, and how much goes off. Of the rules that
an order reaches the nearest wins; of equally near ones that which asks for most; then the one that
began last. One discount per order.

What goes off is taken from the amounts of the price lists, before the tax is split off or put on,
so that each line is rounded once (domain rule 5.8.2): by largest remainder, the rest to the largest
line, of equal ones to the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from chassis import money
from contracts.catalog import PricedLine
from services.catalog.domain.audience import Audience
from services.catalog.domain.rules import holds


@dataclass(frozen=True, slots=True)
class Discount:
    """A rule: who gets how much off orders that come to so much."""

    rule_id: UUID
    audience: Audience
    threshold_minor: int
    percent_bp: int
    reason: str
    since: datetime
    created_by: UUID
    ended_at: datetime | None = None
    ended_by: UUID | None = None
    sku: None = None
    category: None = None
    """It is about whole orders, and never about a part of them."""


@dataclass(frozen=True, slots=True)
class HeldDiscount:
    """What pricing must know of a rule."""

    audience: Audience
    since: datetime
    ended_at: datetime | None
    threshold_minor: int
    percent_bp: int

    @property
    def words(self) -> str:
        """Why a line costs less, in words."""
        percent = f"{self.percent_bp // 100}.{self.percent_bp % 100:02}".rstrip("0").rstrip(".")
        return f"整单满 {_yuan(self.threshold_minor)} 减 {percent}%{self.audience.words}"


DiscountsAt = Callable[[tuple[Audience, ...], datetime], Sequence[HeldDiscount]]
"""The discounts of somebody who belongs to these audiences at a time, the strongest first."""


def none_given(_nearest: tuple[Audience, ...], _at: datetime) -> Sequence[HeldDiscount]:
    """Where there are no rules."""
    return ()


def discounts_resolver(rules: Sequence[HeldDiscount]) -> DiscountsAt:
    """Look up discounts; where no rule is there, nothing is worked out."""
    if not rules:
        return none_given

    def discounts(nearest: tuple[Audience, ...], at: datetime) -> Sequence[HeldDiscount]:
        held = [
            rule
            for rule in rules
            if rule.audience in nearest and holds(rule.since, rule.ended_at, at)
        ]
        held.sort(key=lambda rule: (rule.threshold_minor, rule.since), reverse=True)
        held.sort(key=lambda rule: nearest.index(rule.audience))
        return held

    return cache(discounts)


def reached(discounts: Sequence[HeldDiscount], total_minor: int) -> HeldDiscount | None:
    """The discount of an order that comes to this, with its tax and without any discount."""
    return next((one for one in discounts if one.threshold_minor <= total_minor), None)


def reduced(
    discount: HeldDiscount, lines: Sequence[PricedLine], inclusive: Sequence[bool]
) -> tuple[PricedLine, ...]:
    """The lines with their shares taken off; `inclusive`: whether the price of a line has its tax.

    Lines of both kinds in one order bear the discount among themselves.
    """
    off = [0] * len(lines)
    for kind in set(inclusive):
        places = [place for place, one in enumerate(inclusive) if one is kind]
        for place, share in zip(
            places, _shares(discount, [_base(lines[place], kind) for place in places]), strict=True
        ):
            off[place] = share
    return tuple(map(_less, lines, off, inclusive, [discount.words] * len(lines)))


def _shares(discount: HeldDiscount, amounts: Sequence[int]) -> list[int]:
    whole = sum(amounts)
    if not whole:
        return [0] * len(amounts)
    return money.spread(money.divide(whole * discount.percent_bp, money.BASIS_POINTS), amounts)


def _base(line: PricedLine, inclusive: bool) -> int:  # noqa: FBT001  (a kind of price)
    return line.gross_minor if inclusive else line.net_minor


def _less(line: PricedLine, share: int, inclusive: bool, words: str) -> PricedLine:  # noqa: FBT001
    left = money.amounts(_base(line, inclusive) - share, line.tax_rate_bp, tax_inclusive=inclusive)
    return line.model_copy(
        update={
            "net_minor": left.net_minor,
            "tax_minor": left.tax_minor,
            "gross_minor": left.gross_minor,
            "discount_minor": line.gross_minor - left.gross_minor,
            "rule": f"{line.rule}；{words}，本行减 {_yuan(share)}",
        }
    )


def _yuan(minor: int) -> str:
    whole, rest = divmod(minor, money.MINOR_UNITS)
    return f"{whole}.{rest:02}"
