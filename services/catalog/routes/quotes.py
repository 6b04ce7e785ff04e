"""Quotes: prices for a dealer's lines, signed, good for a while."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from chassis.auth import Actor, allowed
from chassis.errors import InvalidRequest, NotFound
from chassis.http import RuntimeDep
from chassis.scope import reading
from contracts.catalog import PricedLine
from contracts.quotes import seal
from services.catalog.commands import pricing
from services.catalog.domain.units import Wanted, price_of_unit
from services.catalog.schemas.quotes import QuotedLine, QuoteLine, QuoteRequest, QuoteResponse

router = APIRouter(prefix="/quotes", tags=["catalog"])
Asker = Annotated[Actor, Depends(allowed("quotes.create"))]


@router.post("", status_code=201, response_model=QuoteResponse)
async def create_quote(body: QuoteRequest, actor: Asker, runtime: RuntimeDep) -> QuoteResponse:
    """Price lines for a dealer, in base units or in others. Nothing is stored: the token itself is
    the promise; its order names base units, as `lines` do.
    """
    async with reading(runtime, actor) as reader:
        quote = await pricing.quote(
            reader,
            _dealer(actor, body.dealer_id),
            [Wanted(line.sku, line.quantity, line.unit) for line in body.lines],
            at=datetime.now(UTC),
            lifetime=runtime.settings.quote_lifetime,
        )
    token = seal(quote, runtime.state["quote_keys"])
    lines = [_quoted(*pair) for pair in zip(body.lines, quote.lines, strict=True)]
    return QuoteResponse(**dict(quote) | {"lines": lines}, quote=token)


def _quoted(asked: QuoteLine, line: PricedLine) -> QuotedLine:
    return QuotedLine(
        **dict(line),
        asked_quantity=asked.quantity,
        asked_unit=asked.unit or line.unit,
        asked_unit_price=price_of_unit(line.unit_price, base=line.quantity, ordered=asked.quantity),
    )


def _dealer(actor: Actor, asked: UUID | None) -> UUID:
    """A dealer asks for himself; others must say for whom, and see him only in their scope."""
    if actor.dealer_id is not None:
        if asked not in {None, actor.dealer_id}:
            raise NotFound
        return actor.dealer_id
    if asked is None:
        raise InvalidRequest(("/dealer_id", "Say for which dealer."))
    return asked
