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
from contracts.catalog import LineAsk
from contracts.quotes import seal
from services.catalog.commands import pricing
from services.catalog.schemas.quotes import QuoteRequest, QuoteResponse

router = APIRouter(prefix="/quotes", tags=["catalog"])
Asker = Annotated[Actor, Depends(allowed("quotes.create"))]


@router.post("", status_code=201, response_model=QuoteResponse)
async def create_quote(body: QuoteRequest, actor: Asker, runtime: RuntimeDep) -> QuoteResponse:
    """Price lines for a dealer. Nothing is stored: the token itself is the promise."""
    lines = [
        LineAsk(line_no=place, sku=line.sku, quantity=line.quantity)
        for place, line in enumerate(body.lines, start=1)
    ]
    async with reading(runtime, actor) as reader:
        quote = await pricing.quote(
            reader,
            _dealer(actor, body.dealer_id),
            lines,
            at=datetime.now(UTC),
            lifetime=runtime.settings.quote_lifetime,
        )
    token = seal(quote, runtime.state["quote_keys"])
    return QuoteResponse(**dict(quote) | {"lines": list(quote.lines)}, quote=token)


def _dealer(actor: Actor, asked: UUID | None) -> UUID:
    """A dealer asks for himself; others must say for whom, and see him only in their scope."""
    if actor.dealer_id is not None:
        if asked not in {None, actor.dealer_id}:
            raise NotFound
        return actor.dealer_id
    if asked is None:
        raise InvalidRequest(("/dealer_id", "Say for which dealer."))
    return asked
