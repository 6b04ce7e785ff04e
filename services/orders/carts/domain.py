"""Rules of carts: what may be put in, and what becomes of each line that was asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest

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
        "数量须为正整数，连同购物车内已有数量折合基本单位不超过 1,000,000",
        "A whole number, with what is in the cart of 1 to 1,000,000 base units",
    ),
    Verdict.UNKNOWN_UNIT: ("该商品没有此单位", "The product does not have this unit"),
    Verdict.CART_FULL: ("购物车行数已达上限", "The cart holds no more lines"),
}
"""In Chinese and in English."""
AT_FAULT: Mapping[Verdict, str] = {Verdict.BAD_QUANTITY: "quantity", Verdict.UNKNOWN_UNIT: "unit"}
"""The field to blame, where it is not the SKU."""


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
    """What became of a wanted line."""

    wanted: WantedLine
    verdict: Verdict


class Factor(NamedTuple):
    """One of a unit is `numerator / denominator` base units."""

    numerator: int
    denominator: int


AS_IT_IS = Factor(1, 1)


@dataclass(frozen=True, slots=True)
class Article:
    """What a cart must know of a product; `units` are those beside the base unit."""

    name: str
    unit: str
    for_sale: bool
    units: Mapping[str, Factor] = field(default_factory=dict[str, Factor])

    def factor(self, unit: str) -> Factor | None:
        """None for a unit that the product does not have."""
        return AS_IT_IS if unit in {"", self.unit} else self.units.get(unit)


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


def with_lines(cart: Cart, changes: Sequence[WantedLine], articles: Mapping[str, Article]) -> Cart:
    """The cart with these quantities; 0 takes a line out. Raises InvalidRequest, CartFull."""
    quantities, faults = dict(cart.lines), []
    for place, one in enumerate(changes):
        judged = 0 if one.quantity == "0" else judge(one, articles.get(one.sku))
        if isinstance(judged, Verdict):
            field = AT_FAULT.get(judged, "sku")
            faults.append((f"/lines/{place}/{field}", VERDICT_WORDS[judged][1]))
        else:
            quantities[one.sku] = judged
    if faults:
        raise InvalidRequest(*faults)
    lines = tuple(CartLine(*line) for line in quantities.items() if line[1])
    if len(lines) > LINES_MAX:
        raise CartFull(lines_max=LINES_MAX)
    return replace(cart, lines=lines)


def fill(cart: Cart, wanted: Sequence[WantedLine], articles: Mapping[str, Article]) -> Filled:
    """Add what can be added; equal products become one line. Every wanted line has its outcome."""
    quantities = dict(cart.lines)
    outcomes: list[LineOutcome] = []
    for one in wanted:
        judged = judge(one, articles.get(one.sku))
        verdict = judged if isinstance(judged, Verdict) else _add(quantities, one.sku, judged)
        outcomes.append(LineOutcome(one, verdict))
    lines = tuple(CartLine(*line) for line in quantities.items())
    return Filled(replace(cart, lines=lines), tuple(outcomes))


def judge(one: WantedLine, article: Article | None) -> int | Verdict:
    """The base units that a line asks for, or why it cannot be taken."""
    if article is None:
        return Verdict.UNKNOWN_SKU
    if not article.for_sale:
        return Verdict.NOT_FOR_SALE
    factor = article.factor(one.unit)
    if factor is None:
        return Verdict.UNKNOWN_UNIT
    quantity, rest = divmod(_typed(one.quantity) * factor.numerator, factor.denominator)
    return quantity if not rest and 0 < quantity <= QUANTITY_MAX else Verdict.BAD_QUANTITY


def parted(lines: Sequence[CartLine], lines_max: int) -> list[Sequence[CartLine]]:
    """The lines of each order that a cart becomes."""
    return [lines[start : start + lines_max] for start in range(0, len(lines), lines_max)]


def _add(quantities: dict[str, int], sku: str, more: int) -> Verdict:
    """Add base units of a product, if there is room for them."""
    there = quantities.get(sku, 0)
    if there + more > QUANTITY_MAX:
        return Verdict.BAD_QUANTITY
    if not there and len(quantities) >= LINES_MAX:
        return Verdict.CART_FULL
    quantities[sku] = there + more
    return Verdict.MERGED if there else Verdict.ADDED


def _typed(text: str) -> int:
    """What somebody typed as a quantity, thousands parted or not; 0 where it is none."""
    plain = text.replace(",", "").strip()
    return int(plain) if DIGITS.fullmatch(plain) else 0
