"""Errors by what the caller should do: fix the request, try again later, or nothing (a bug).

The docstring of an error is what the caller reads. Its first line is the title; a paragraph that
starts with `zh:` is the same in Chinese; any other paragraph is the detail, the way out:

    class OutOfStock(DomainError):
        '''There is not enough stock for this order.

        zh: 库存不足。
        请减少数量，或等待补货。

        Order less, or wait for the next inbound.
        '''

The class name is the slug (`out-of-stock`), the keyword arguments are the facts beside it.
"""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import ClassVar, NamedTuple

MEMBERS = frozenset({"type", "title", "status", "detail", "trace_id"})
"""What every problem document says; facts have other names."""


class Text(NamedTuple):
    """What a problem says to a person."""

    title: str
    detail: str


class DomainError(Exception):
    """A rule of the business refuses this in the present state.

    zh: 当前状态下，业务规则不允许此操作。
    """

    status: ClassVar[int] = 409
    retry_after_seconds: int | None = None
    """Set where the same request may succeed later."""

    def __init__(self, **facts: object) -> None:
        if reserved := MEMBERS & facts.keys():
            raise TypeError(f"a problem document has members of these names already: {reserved}")
        self.facts = facts  # extension members of the problem document (RFC 9457 §3.2)
        super().__init__(self.title, facts)

    @property
    def slug(self) -> str:
        """`OutOfStock` -> `out-of-stock`."""
        return slug_of(type(self))

    @property
    def title(self) -> str:
        return texts_of(type(self))["en"].title


class NotFound(DomainError):
    """No such resource.

    zh: 资源不存在。
    """

    status = 404


class InvalidRequest(DomainError):
    """The request is malformed.

    zh: 请求内容有误。
    请按 faults 中指出的位置修改后重试。

    Correct what `faults` points at, then try again.
    """

    status = 422

    def __init__(self, *faults: tuple[str, str]) -> None:
        """`faults`: JSON pointer into the body (or `?name`, `#header`), and what is wrong there."""
        super().__init__(faults=[{"pointer": at, "fault": fault} for at, fault in faults])


class Unavailable(Exception):
    """A part that this needs is down or busy.

    zh: 服务暂时不可用。
    请稍后用同一个 Idempotency-Key 重试。

    Try again later, with the same Idempotency-Key.
    """

    def __init__(self, *, retry_after_seconds: int = 5) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(retry_after_seconds)


def slug_of(kind: type[Exception]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


def texts_of(kind: type[Exception]) -> dict[str, Text]:
    """Title and detail by language (`en`, and `zh` where the docstring has it)."""
    return _texts(inspect.getdoc(kind) or "")


@cache
def _texts(docstring: str) -> dict[str, Text]:
    texts: dict[str, Text] = {}
    paragraphs = docstring.split("\n\n")
    english = [paragraph for paragraph in paragraphs if not paragraph.startswith("zh:")]
    texts["en"] = Text(_line(english[0]) if english else "", _line(" ".join(english[1:])))
    for paragraph in paragraphs:
        if paragraph.startswith("zh:"):
            title, _, detail = paragraph.removeprefix("zh:").strip().partition("\n")
            texts["zh"] = Text(title, detail.replace("\n", ""))
    return texts


def _line(text: str) -> str:
    return " ".join(text.split())
