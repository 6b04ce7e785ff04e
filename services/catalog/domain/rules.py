"""What the rules of all kinds share: they begin, they end, and otherwise they never change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar
from uuid import UUID

from chassis.errors import DomainError
from services.catalog.domain.audience import Audience


class RuleInThePast(DomainError):
    """A rule cannot hold for what has been ordered already.

    zh: 规则不能对过去生效。
    请选择现在或将来的生效时间。

    Let it hold from now or from a later time on.
    """

    status = 422


class Rule(Protocol):
    """A rule for some, from a time on, until somebody ends it."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def rule_id(self) -> UUID: ...
    @property
    def audience(self) -> Audience: ...
    @property
    def sku(self) -> str | None: ...
    @property
    def category(self) -> str | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def since(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...


R = TypeVar("R", bound=Rule)


def start(rule: R, now: datetime) -> R:
    """The rule as it is stored; raises RuleInThePast."""
    if rule.since < now:
        raise RuleInThePast(since=rule.since)
    return rule


def end(rule: R, *, by: UUID, now: datetime) -> R:
    """The rule ended; one that has ended stays as it is, one that has not begun never does."""
    if rule.ended_at is not None and rule.ended_at <= now:
        return rule
    return replace(rule, ended_at=max(now, rule.since), ended_by=by)


def holds(since: datetime, ended_at: datetime | None, at: datetime) -> bool:
    """Whether a rule with these dates holds at a time; at its last moment it does not any more."""
    return since <= at and (ended_at is None or at < ended_at)
