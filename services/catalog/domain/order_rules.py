"""Order rules (P-06): how little, how much and in which steps a dealer may order.

A rule names an audience, and a SKU, a category or everything; of its limits those count that it
names. For each limit the nearest rule wins by itself: the one for the dealer before that for his
tier in his province, for his tier, for his province, for everybody; then the one for the SKU before
that for a category and for everything; then the one that began last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from chassis.errors import DomainError
from contracts.catalog import LineFault, OrderRule, PricedLine
from services.catalog.domain.audience import Audience
from services.catalog.domain.rules import holds


class OrderRuleBroken(DomainError):
    """A line, or the whole order, breaks an order rule.

    zh: 订单不符合起订量、倍数、限购或最低订货金额规则。
    请按 faults 中的建议数量修改后重试。

    Change the quantities to what `faults` suggests.
    """

    def __init__(self, *, faults: Sequence[LineFault]) -> None:
        self.faults = tuple(faults)
        skus = sorted({fault.sku for fault in faults if fault.sku})
        super().__init__(skus=skus, faults=[_told(fault) for fault in faults])


@dataclass(frozen=True, slots=True)
class Limits:
    """What a rule asks of a SKU, in base units, and of the order; None: nothing."""

    minimum: int | None = None
    multiple: int | None = None
    maximum: int | None = None
    order_minimum_minor: int | None = None

    @property
    def contradiction(self) -> bool:
        """Whether no quantity at all can meet it."""
        return self.nearest(1) is None

    def nearest(self, quantity: int) -> int | None:
        """The quantity that meets all limits, at or next above this one, else next below."""
        step = self.multiple or 1
        least = _up(self.minimum or 1, step)
        fitting = max(_up(quantity, step), least)
        if self.maximum is None or fitting <= self.maximum:
            return fitting
        most = self.maximum // step * step
        return most if most >= least else None


@dataclass(frozen=True, slots=True)
class Rule:
    """Limits for some, on a SKU, a category with those below it, or everything."""

    rule_id: UUID
    audience: Audience
    sku: str | None
    category: str | None
    limits: Limits
    reason: str
    since: datetime
    created_by: UUID
    ended_at: datetime | None = None
    ended_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class HeldLimits:
    """What pricing must know of a rule; `categories` are all that it stands for."""

    audience: Audience
    sku: str | None
    categories: frozenset[str]
    since: datetime
    ended_at: datetime | None
    limits: Limits

    def holds(self, at: datetime) -> bool:
        return holds(self.since, self.ended_at, at)

    def is_about(self, sku: str, category: str) -> bool:
        if self.sku is not None:
            return self.sku == sku
        return not self.categories or category in self.categories


@dataclass(frozen=True, slots=True)
class OrderLimits:
    """The rules of somebody at a time, the nearest first."""

    nearest: tuple[HeldLimits, ...]

    def of(self, sku: str, category: str) -> Limits:
        """The limits of a SKU, each by the nearest rule that names it."""
        found = [one.limits for one in self.nearest if one.is_about(sku, category)]
        return Limits(
            _first(one.minimum for one in found),
            _first(one.multiple for one in found),
            _first(one.maximum for one in found),
        )

    @property
    def order_minimum_minor(self) -> int:
        """What an order must come to."""
        return _first(one.limits.order_minimum_minor for one in self.nearest) or 0


NO_LIMITS = OrderLimits(())

LimitsAt = Callable[[tuple[Audience, ...], datetime], OrderLimits]
"""The limits of somebody who belongs to these audiences at a time."""


def unlimited(_nearest: tuple[Audience, ...], _at: datetime) -> OrderLimits:
    """Where there are no rules."""
    return NO_LIMITS


def limits_resolver(rules: Sequence[HeldLimits]) -> LimitsAt:
    """Look up limits; where no rule is there, nothing is worked out."""
    if not rules:
        return unlimited

    def limits(nearest: tuple[Audience, ...], at: datetime) -> OrderLimits:
        held = [rule for rule in rules if rule.audience in nearest and rule.holds(at)]
        held.sort(key=lambda rule: rule.since, reverse=True)
        held.sort(key=lambda rule: (nearest.index(rule.audience), _breadth(rule)))
        return OrderLimits(tuple(held)) if held else NO_LIMITS

    return cache(limits)


def broken(
    limits: OrderLimits,
    lines: Sequence[PricedLine],
    categories: Mapping[str, str],
    *,
    partial: bool = False,
) -> list[LineFault]:
    """What is wrong per line, and last with the whole order; lines of one SKU count together.

    Where they are a part of an order, what it must come to is not asked.
    """
    ordered: Counter[str] = Counter()
    for line in lines:
        ordered[line.sku] += line.quantity
    held = {sku: limits.of(sku, categories[sku]) for sku in ordered}
    faults = [fault for line in lines if (fault := _fault(line, ordered[line.sku], held[line.sku]))]
    total, least = sum(line.gross_minor for line in lines), limits.order_minimum_minor
    if total < least and not partial:
        faults.append(LineFault(rule=OrderRule.ORDER_MINIMUM, limit=least, asked=total))
    return faults


def _fault(line: PricedLine, ordered: int, limits: Limits) -> LineFault | None:
    """The first limit that a SKU breaks, and the quantity of all its lines that meets them all."""
    if limits.minimum is not None and ordered < limits.minimum:
        rule, limit = OrderRule.MINIMUM, limits.minimum
    elif limits.maximum is not None and ordered > limits.maximum:
        rule, limit = OrderRule.MAXIMUM, limits.maximum
    elif limits.multiple is not None and ordered % limits.multiple:
        rule, limit = OrderRule.MULTIPLE, limits.multiple
    else:
        return None
    return LineFault(
        rule=rule,
        limit=limit,
        asked=ordered,
        line_no=line.line_no,
        sku=line.sku,
        suggested=limits.nearest(ordered),
    )


def _told(fault: LineFault) -> dict[str, object]:
    """A fault as a problem document points at it."""
    pointer = "/lines" if fault.line_no is None else f"/lines/{fault.line_no - 1}/quantity"
    return {"pointer": pointer, "fault": WORDS[fault.rule]} | fault.model_dump(exclude_none=True)


WORDS: Mapping[OrderRule, str] = {
    OrderRule.MINIMUM: "低于起订量 Less than the least quantity.",
    OrderRule.MULTIPLE: "不是订货倍数 Not a multiple of the packing.",
    OrderRule.MAXIMUM: "超过限购量 More than the most that may be ordered at once.",
    OrderRule.ORDER_MINIMUM: "低于最低订货金额 The order comes to less than it must.",
}


def _breadth(rule: HeldLimits) -> int:
    return 0 if rule.sku is not None else 1 if rule.categories else 2


def _first(limits: Iterable[int | None]) -> int | None:
    return next((limit for limit in limits if limit is not None), None)


def _up(quantity: int, step: int) -> int:
    return -(-quantity // step) * step
