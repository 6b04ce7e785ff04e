"""Rules of carts: what may be put in, and what becomes of each line that was asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from chassis.errors import DomainError

LINES_MAX = 2_000
QUANTITY_MAX = 1_000_000
DIGITS = re.compile(r"[0-9]{1,7}")


class CartOrderedAlready(DomainError):
    """The cart was ordered already.

    zh: 购物车已提交为订单。
    如需再次订购，请使用“再来一单”。

    To order the same again, reorder one of `order_ids`.
    """


class EmptyCart(DomainError):
    """There is nothing in the cart.

    zh: 购物车为空。
    请先加入商品。

    Put something in first.
    """


class TemplateExists(DomainError):
    """The dealer has a template of this name already.

    zh: 已有同名常购清单。
    请换一个名称，或先删除旧清单。

    Take another name, or delete the old one first.
    """


class CartFull(DomainError):
    """A cart holds no more lines.

    zh: 购物车行数已达上限。
    请先提交，或分成多个购物车。

    Order it, or go on in another cart.
    """


class TooLongForOnePrice(DomainError):
    """So long a cart becomes several orders: no one quote or total is theirs.

    zh: 购物车行数超过单张订单上限,将拆分为多张订单,不能使用同一报价或总额。
    请不带 quote 和 expected_total_minor 提交,或减少行数。

    Leave `quote` and `expected_total_minor` out, or take lines out.
    """


class QuoteExpired(DomainError):
    """The quote is promised no longer.

    zh: 报价已过期。
    请重新询价；旧报价可作为 seen_quote 一并提交，以便比对变动。

    Ask for a new one; the old one as `seen_quote` lets us tell what changed.
    """


class Verdict(StrEnum):
    """What became of a line that was asked for."""

    ADDED = "ADDED"
    MERGED = "MERGED"
    UNKNOWN_SKU = "UNKNOWN_SKU"
    NOT_FOR_SALE = "NOT_FOR_SALE"
    BAD_QUANTITY = "BAD_QUANTITY"
    UNKNOWN_UNIT = "UNKNOWN_UNIT"
    CART_FULL = "CART_FULL"


VERDICT_WORDS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.ADDED: ("已加入", "Added"),
    Verdict.MERGED: ("已与相同商品合并", "Added to the line of the same product"),
    Verdict.UNKNOWN_SKU: ("商品编码不存在", "There is no product with this code"),
    Verdict.NOT_FOR_SALE: ("商品已停售或未上架", "The product is not for sale"),
    Verdict.BAD_QUANTITY: (
        "数量须为 1 至 1,000,000 的整数",
        "The quantity, with what is in the cart, must be a whole number from 1 to 1,000,000",
    ),
    Verdict.UNKNOWN_UNIT: ("单位不是该商品的基本单位", "Not the base unit of this product"),
    Verdict.CART_FULL: ("购物车行数已达上限", "The cart holds no more lines"),
}
"""In Chinese and in English."""


class CartLine(NamedTuple):
    """`quantity` is in base units."""

    sku: str
    quantity: int


class WantedLine(NamedTuple):
    """A line as somebody typed it; a `unit` that is left out is the base unit."""

    sku: str
    quantity: str
    unit: str = ""


class LineOutcome(NamedTuple):
    """What became of a wanted line; `line` counts from 1."""

    line: int
    wanted: WantedLine
    verdict: Verdict


class Article(NamedTuple):
    """What a cart must know of a product; an empty `unit` was not told yet."""

    name: str
    unit: str
    for_sale: bool


@dataclass(frozen=True, slots=True)
class Cart:
    """It belongs to the user who opened it; `order_ids` are what it became."""

    cart_id: UUID
    dealer_id: UUID
    owner_id: UUID
    name: str
    changed_at: datetime
    version: int = 0
    lines: tuple[CartLine, ...] = ()
    order_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """常购清单: what all users of a dealer may put into their carts."""

    template_id: UUID
    dealer_id: UUID
    name: str
    lines: tuple[CartLine, ...]
    saved_by: UUID
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Filled:
    """A cart, and what became of each line that should go in."""

    cart: Cart
    outcomes: tuple[LineOutcome, ...]


def check_open(cart: Cart) -> None:
    """Raises CartOrderedAlready."""
    if cart.order_ids:
        raise CartOrderedAlready(order_ids=cart.order_ids)


def with_lines(cart: Cart, changes: Sequence[CartLine]) -> Cart:
    """The cart with these quantities; 0 takes a line out. Raises CartFull."""
    quantities = dict(cart.lines) | dict(changes)
    lines = tuple(CartLine(*line) for line in quantities.items() if line[1])
    if len(lines) > LINES_MAX:
        raise CartFull(lines_max=LINES_MAX)
    return replace(cart, lines=lines)


def fill(cart: Cart, wanted: Sequence[WantedLine], articles: Mapping[str, Article]) -> Filled:
    """Add what can be added; equal products become one line. Every wanted line has its outcome."""
    quantities = dict(cart.lines)
    outcomes: list[LineOutcome] = []
    for line, one in enumerate(wanted, 1):
        verdict = _verdict(one, articles.get(one.sku), quantities)
        if verdict in {Verdict.ADDED, Verdict.MERGED}:
            quantities[one.sku] = quantities.get(one.sku, 0) + quantity_of(one.quantity)
        outcomes.append(LineOutcome(line, one, verdict))
    lines = tuple(CartLine(*line) for line in quantities.items())
    return Filled(replace(cart, lines=lines), tuple(outcomes))


def quantity_of(text: str) -> int:
    """What somebody typed as a quantity, thousands parted or not; 0 where it is none."""
    plain = text.replace(",", "").strip()
    return int(plain) if DIGITS.fullmatch(plain) else 0


def parted(lines: Sequence[CartLine], lines_max: int) -> list[Sequence[CartLine]]:
    """The lines of each order that a cart becomes."""
    return [lines[start : start + lines_max] for start in range(0, len(lines), lines_max)]


def _verdict(one: WantedLine, article: Article | None, quantities: Mapping[str, int]) -> Verdict:
    if article is None:
        return Verdict.UNKNOWN_SKU
    if not article.for_sale:
        return Verdict.NOT_FOR_SALE
    if one.unit and article.unit and one.unit != article.unit:
        return Verdict.UNKNOWN_UNIT
    there, more = quantities.get(one.sku, 0), quantity_of(one.quantity)
    if not 0 < more <= QUANTITY_MAX - there:
        return Verdict.BAD_QUANTITY
    if there:
        return Verdict.MERGED
    return Verdict.ADDED if len(quantities) < LINES_MAX else Verdict.CART_FULL
