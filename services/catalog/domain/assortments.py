"""Assortments: who may buy what (P-11).

Everybody may buy everything, unless a rule says otherwise. Whom an ALLOW names buys only what his
ALLOWs name. Whatever a DENY takes from somebody he does not buy, whatever allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from uuid import UUID

from chassis.errors import DomainError
from services.catalog.domain.audience import Audience
from services.catalog.domain.rules import holds


class NotInAssortment(DomainError):
    """A product is not sold to this dealer.

    zh: 商品未授权给该经销商。
    请从订单中移除 skus 中的商品，或请管理员调整商品授权。

    Take the products in `skus` off the order, or ask an administrator for them.
    """


class Effect(StrEnum):
    ALLOW = "ALLOW"
    DENY = "DENY"


@dataclass(frozen=True, slots=True)
class Rule:
    """Allows or denies a product, or a category with those below it, to some."""

    rule_id: UUID
    effect: Effect
    audience: Audience
    sku: str | None
    category: str | None
    reason: str
    since: datetime
    created_by: UUID
    ended_at: datetime | None = None
    ended_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class HeldRule:
    """What pricing must know of a rule; `categories` are all that it stands for."""

    effect: Effect
    audience: Audience
    sku: str | None
    categories: frozenset[str]
    since: datetime
    ended_at: datetime | None

    def holds(self, at: datetime) -> bool:
        return holds(self.since, self.ended_at, at)


@dataclass(frozen=True, slots=True)
class Range:
    """Some products: by SKU and by category."""

    skus: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()

    def has(self, sku: str, category: str) -> bool:
        return sku in self.skus or category in self.categories


@dataclass(frozen=True, slots=True)
class Assortment:
    """What somebody may buy at a time; `allowed` is None where nothing limits him."""

    denied: Range
    allowed: Range | None

    def sells(self, sku: str, category: str) -> bool:
        if self.denied.has(sku, category):
            return False
        return self.allowed is None or self.allowed.has(sku, category)


EVERYTHING = Assortment(Range(), None)

AssortmentAt = Callable[[tuple[Audience, ...], datetime], Assortment]
"""What somebody who belongs to these audiences may buy at a time."""


def all_sold(_nearest: tuple[Audience, ...], _at: datetime) -> Assortment:
    """Where there are no rules."""
    return EVERYTHING


def resolver(rules: Sequence[HeldRule]) -> AssortmentAt:
    """Look up assortments; where no rule is there, nothing is worked out."""
    if not rules:
        return all_sold
    by_audience: dict[Audience, list[HeldRule]] = {}
    for rule in rules:
        by_audience.setdefault(rule.audience, []).append(rule)

    def assortment(nearest: tuple[Audience, ...], at: datetime) -> Assortment:
        held = [
            rule for audience in nearest for rule in by_audience.get(audience, ()) if rule.holds(at)
        ]
        return _assortment(held) if held else EVERYTHING

    return cache(assortment)


def _assortment(held: Sequence[HeldRule]) -> Assortment:
    denials = [rule for rule in held if rule.effect is Effect.DENY]
    permits = [rule for rule in held if rule.effect is Effect.ALLOW]
    return Assortment(_range(denials), _range(permits) if permits else None)


def _range(rules: Sequence[HeldRule]) -> Range:
    return Range(
        frozenset(rule.sku for rule in rules if rule.sku),
        frozenset().union(*(rule.categories for rule in rules)),
    )
