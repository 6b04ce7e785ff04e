"""Lists in pages: by the key of the last row, never by counting rows (keyset pagination)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Depends, Query
from pydantic import BaseModel

from chassis.errors import InvalidRequest

LIMIT_MAX = 200
Row = TypeVar("Row")
Item = TypeVar("Item", bound=BaseModel)

_READERS: dict[str, Callable[[Any], object]] = {
    "i": int,
    "s": str,
    "u": UUID,
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
}
_TAGS: tuple[tuple[type, str], ...] = (
    (int, "i"),
    (str, "s"),
    (UUID, "u"),
    (datetime, "t"),
    (date, "d"),
)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`limit` rows after the row with the key `after`; None: the first page.

    `fetch` is one more than the limit: ask for that many rows to see whether more follow.
    """

    after: tuple[Any, ...] | None
    limit: int

    @property
    def fetch(self) -> int:
        return self.limit + 1

    def key(self, *kinds: type) -> tuple[Any, ...]:
        """`after` as exactly these types; None for each on the first page. Raises InvalidRequest.

        `created_at, order_id = page.key(datetime, UUID)`
        """
        if self.after is None:
            return (None,) * len(kinds)
        if tuple(type(part) for part in self.after) != kinds:
            raise _invalid()
        return self.after


class Page(BaseModel, Generic[Item]):
    """A part of a list; `next_cursor` is null on the last page."""

    items: list[Item]
    next_cursor: str | None

    @classmethod
    def of(
        cls,
        rows: Sequence[Item],
        page: PageRequest,
        *,
        key: Callable[[Item], tuple[object, ...]],
    ) -> Page[Item]:
        """Cut `page.fetch` rows down to `page.limit`; `key` is what the rows are sorted by."""
        shown = list(rows[: page.limit])
        more = len(rows) > page.limit
        return cls(items=shown, next_cursor=encode(key(shown[-1])) if more else None)


def encode(key: tuple[object, ...]) -> str:
    """An opaque text for a key of ints, strings, UUIDs, times and dates."""
    parts = [[_tag(part), part if isinstance(part, (int, str)) else str(part)] for part in key]
    return urlsafe_b64encode(orjson.dumps(parts)).rstrip(b"=").decode()


def decode(cursor: str) -> tuple[Any, ...]:
    """The key of a cursor. Raises InvalidRequest."""
    try:
        parts = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return tuple(_read(tag, value) for tag, value in parts)
    except (NotBase64, ValueError, KeyError, TypeError) as fault:
        raise _invalid() from fault


def _read(tag: str, value: object) -> object:
    part = _READERS[tag](value)
    if isinstance(part, int) and not -(1 << 63) <= part < 1 << 63:
        raise ValueError(part)
    if isinstance(part, datetime):
        return part.astimezone(UTC)
    return part


def _tag(part: object) -> str:
    return next(tag for kind, tag in _TAGS if isinstance(part, kind))


async def _page(
    cursor: Annotated[
        str | None, Query(max_length=1_024, description="`next_cursor` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 50,
) -> PageRequest:
    return PageRequest(decode(cursor) if cursor else None, limit)


PageQuery = Annotated[PageRequest, Depends(_page)]


def _invalid() -> InvalidRequest:
    return InvalidRequest(("?cursor", "Not a cursor of this list: start again without one."))
