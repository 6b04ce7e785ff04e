"""HTTP bodies of carts and templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue, StringConstraints

from contracts.quotes import TOKEN_LENGTH_MAX
from services.orders.carts.domain import (
    LINES_MAX,
    QUANTITY_MAX,
    VERDICT_WORDS,
    Article,
    Cart,
    CartLine,
    Filled,
    LineOutcome,
    Template,
    Verdict,
    WantedLine,
)
from services.orders.schemas import AcceptedOrder, Body, Sku

Name = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=100, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]
Token = Annotated[str, Field(max_length=TOKEN_LENGTH_MAX)]
Typed = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
MISSING = Article("", "", for_sale=False)


class CartRequest(Body):
    name: Name
    dealer_id: UUID | None = Field(default=None, description="Staff: whom it is for.")


class CartLineRequest(Body):
    sku: Sku
    quantity: int = Field(ge=0, le=QUANTITY_MAX, description="Of `unit`; 0 takes the line out.")
    unit: Typed = Field(default="", description="Empty: the base unit.")

    @property
    def wanted(self) -> WantedLine:
        return WantedLine(self.sku, str(self.quantity), self.unit)


class CartLinesRequest(Body):
    lines: list[CartLineRequest] = Field(min_length=1, max_length=LINES_MAX)


class QuickLineRequest(Body):
    """As it was typed: what is wrong with it is said in its result."""

    sku: Typed
    quantity: JsonValue = None
    unit: Typed = ""

    @property
    def wanted(self) -> WantedLine:
        return WantedLine(self.sku.strip(), str(self.quantity)[:200], self.unit.strip())


class QuickOrderRequest(Body):
    lines: list[QuickLineRequest] = Field(min_length=1, max_length=LINES_MAX)


class TargetRequest(Body):
    """Where lines go to: an open cart of yours, or a new one."""

    cart_id: UUID | None = None
    name: Name | None = Field(default=None, description="Of the new cart.")


class CheckoutRequest(Body):
    quote: Token | None = Field(
        default=None, description="A valid quote for just this cart: its prices are kept."
    )
    seen_quote: Token | None = Field(
        default=None, description="The prices that you saw before, to be told what changed."
    )
    expected_total_minor: int | None = Field(
        default=None, ge=0, le=10**15, description="Refuse the order when it costs more than this."
    )
    note: str | None = Field(default=None, max_length=500)


class TemplateRequest(Body):
    """Save a cart of yours or an order; say which one."""

    name: Name
    cart_id: UUID | None = None
    order_id: UUID | None = None


class CartLineResponse(BaseModel):
    sku: str
    name: str
    unit: str
    quantity: int
    for_sale: bool

    @classmethod
    def of(cls, line: CartLine, article: Article) -> CartLineResponse:
        return cls(
            sku=line.sku,
            name=article.name,
            unit=article.unit,
            quantity=line.quantity,
            for_sale=article.for_sale,
        )


class CartSummary(BaseModel):
    cart_id: UUID
    dealer_id: UUID
    dealer_name: str | None
    name: str
    version: int
    changed_at: datetime
    lines: int
    order_ids: list[UUID]


class CartResponse(BaseModel):
    """What is gathered; ask `/quotes` for the prices of its lines."""

    cart_id: UUID
    dealer_id: UUID
    name: str
    version: int
    changed_at: datetime
    lines: list[CartLineResponse]
    order_ids: list[UUID] = Field(description="What it became; empty while it is open.")
    allowed_actions: list[str]

    @classmethod
    def of(cls, cart: Cart, articles: Mapping[str, Article]) -> CartResponse:
        return cls(
            cart_id=cart.cart_id,
            dealer_id=cart.dealer_id,
            name=cart.name,
            version=cart.version,
            changed_at=cart.changed_at,
            lines=_lines(cart.lines, articles),
            order_ids=list(cart.order_ids),
            allowed_actions=["delete"] if cart.order_ids else ["set-lines", "submit", "delete"],
        )


class LineResult(BaseModel):
    """What became of a line."""

    line: int = Field(description="Its place, from 1; in a sheet the number of its row.")
    sku: str
    quantity: str = Field(description="As it was typed.")
    result: Verdict
    text_zh: str
    text_en: str

    @classmethod
    def of(cls, line: int, outcome: LineOutcome) -> LineResult:
        text_zh, text_en = VERDICT_WORDS[outcome.verdict]
        return cls(
            line=line,
            sku=outcome.wanted.sku,
            quantity=outcome.wanted.quantity,
            result=outcome.verdict,
            text_zh=text_zh,
            text_en=text_en,
        )


class FilledCart(BaseModel):
    """The cart, and a result for every line that should go in."""

    cart: CartResponse
    taken: int = Field(description="Lines that are in the cart now.")
    left_out: int
    results: list[LineResult]

    @classmethod
    def of(
        cls, filled: Filled, articles: Mapping[str, Article], places: Iterable[int]
    ) -> FilledCart:
        taken = sum(one.verdict in {Verdict.ADDED, Verdict.MERGED} for one in filled.outcomes)
        return cls(
            cart=CartResponse.of(filled.cart, articles),
            taken=taken,
            left_out=len(filled.outcomes) - taken,
            results=[LineResult.of(*one) for one in zip(places, filled.outcomes, strict=False)],
        )


class SubmittedCart(BaseModel):
    """What the cart became: one order, or several where it is longer than an order may be."""

    cart_id: UUID
    orders: list[AcceptedOrder]


class TemplateSummary(BaseModel):
    template_id: UUID
    dealer_id: UUID
    name: str
    lines: int
    saved_by: UUID
    saved_at: datetime


class TemplateResponse(BaseModel):
    """常购清单: what users of the dealer may put into a cart at once."""

    template_id: UUID
    dealer_id: UUID
    name: str
    saved_by: UUID
    saved_at: datetime
    lines: list[CartLineResponse]
    allowed_actions: list[str]

    @classmethod
    def of(cls, template: Template, articles: Mapping[str, Article]) -> TemplateResponse:
        return cls(
            template_id=template.template_id,
            dealer_id=template.dealer_id,
            name=template.name,
            saved_by=template.saved_by,
            saved_at=template.saved_at,
            lines=_lines(template.lines, articles),
            allowed_actions=["use", "delete"],
        )


def _lines(lines: Sequence[CartLine], articles: Mapping[str, Article]) -> list[CartLineResponse]:
    return [CartLineResponse.of(line, articles.get(line.sku, MISSING)) for line in lines]
