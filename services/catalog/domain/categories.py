"""Categories: a tree of two levels, so that a list stays a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from chassis.errors import DomainError


class CategoryTooDeep(DomainError):
    """The parent of a category must be there, and have no parent itself.

    zh: 上级分类必须已存在，且本身没有上级。
    """

    status = 422


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the catalogue."""

    code: str
    name_zh: str
    name_en: str
    parent_code: str | None
    version: int = 1


def put(wanted: Sequence[Category], known: Mapping[str, Category]) -> list[Category]:
    """The categories that change; `known` are all there are. Raises CategoryTooDeep."""
    after = {**known, **{one.code: one for one in wanted}}
    below = {code: one.parent_code for code, one in after.items() if one.parent_code}
    if deep := sorted(code for code, up in below.items() if up not in after or up in below):
        raise CategoryTooDeep(categories=deep)
    return [fresh for one in wanted if (fresh := _next(one, known.get(one.code)))]


def _next(wanted: Category, known: Category | None) -> Category | None:
    if known is None:
        return wanted
    if replace(wanted, version=known.version) == known:
        return None
    return replace(wanted, version=known.version + 1)
