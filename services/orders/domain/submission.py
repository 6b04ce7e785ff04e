"""Which orders are accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError
from contracts.catalog import LineAsk, PricedLine
from contracts.dealers import DealerStatus, Shortage, Terms
from services.orders.domain.amending import with_price
from services.orders.domain.lines import Line
from services.orders.domain.order import Order


class UnknownDealer(DomainError):
    """There is no such dealer, or you may not order for him.

    zh: 经销商不存在,或您无权为其下单。
    """

    status = 422


class DealerNotActive(DomainError):
    """The dealer may not order at present.

    zh: 该经销商目前不能下单。
    """


class UnknownSku(DomainError):
    """A line names a product that is not for sale.

    zh: 订单行中的商品不存在或不可销售。
    """

    status = 422


class PriceChanged(DomainError):
    """The order costs more than you expect.

    zh: 价格已变动，高于您所确认的金额。
    请核对 differences，再以新的 expected_total_minor 提交。

    Look at `differences`, then send the new total as `expected_total_minor`.
    """


@dataclass(frozen=True, slots=True)
class Dealer:
    """What orders knows of a dealer."""

    dealer_id: UUID
    status: DealerStatus
    terms: Terms
    salesperson_id: UUID | None
    warehouse_id: UUID
    buyer: str | None = None
    """The document of `buyer.Buyer`; None: dealers has not told it yet."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What was asked for; `priced` are the lines of a valid quote, in the order of `lines`."""

    order_id: UUID
    number: str
    dealer_id: UUID
    placed_by: UUID
    on_behalf: bool
    seller_id: UUID | None
    """The salesperson whom the dealer must belong to; None: any dealer."""
    submitted_at: datetime
    lines: tuple[LineAsk, ...]
    priced: tuple[PricedLine, ...] = ()
    expected_total_minor: int | None = None
    note: str | None = None
    shortage: Shortage | None = None
    """What shall become of it where stock is short; None: as the dealer's terms say."""
    seen: tuple[PricedLine, ...] = ()
    """What the buyer was shown before, to tell him what has changed."""

    @property
    def total_minor(self) -> int | None:
        """None until it is priced."""
        return sum(line.gross_minor for line in self.priced) if self.priced else None


def submit(
    ask: Submission, dealers: Mapping[UUID, Dealer], for_sale: Mapping[str, str]
) -> Order | DomainError:
    """Accept or refuse; `for_sale` has the names of the SKUs that may be ordered."""
    dealer = dealers.get(ask.dealer_id)
    if dealer is None or ask.seller_id not in {None, dealer.salesperson_id}:
        return UnknownDealer(faults=[_fault("/dealer_id", "no such dealer in your scope")])
    if dealer.status is not DealerStatus.ACTIVE:
        return DealerNotActive(dealer_status=dealer.status)
    if unknown := [line for line in ask.lines if line.sku not in for_sale]:
        return UnknownSku(
            faults=[
                _fault(f"/lines/{line.line_no - 1}/sku", f"{line.sku} is not for sale")
                for line in unknown
            ]
        )
    if dearer := _dearer(ask):
        return dearer
    return Order(
        order_id=ask.order_id,
        number=ask.number,
        dealer_id=ask.dealer_id,
        placed_by=ask.placed_by,
        on_behalf=ask.on_behalf,
        salesperson_id=dealer.salesperson_id,
        warehouse_id=dealer.warehouse_id,
        terms=_terms(ask, dealer),
        submitted_at=ask.submitted_at,
        lines=_lines(ask, for_sale),
        note=ask.note,
        buyer=dealer.buyer,
        total_minor=ask.total_minor,
        expected_total_minor=ask.expected_total_minor,
    )


def _terms(ask: Submission, dealer: Dealer) -> Terms:
    if ask.shortage is None or ask.shortage is dealer.terms.shortage:
        return dealer.terms
    return dealer.terms.model_copy(update={"shortage": ask.shortage})


def _dearer(ask: Submission) -> PriceChanged | None:
    """F-35; an order that is priced later is refused then (`facts`)."""
    total, expected = ask.total_minor, ask.expected_total_minor
    if total is None or expected is None or total <= expected:
        return None
    before = {line.sku: line for line in ask.seen}
    differences = [
        _difference(before.get(line.sku), line)
        for line in ask.priced
        if line.sku not in before or before[line.sku].gross_minor != line.gross_minor
    ]
    return PriceChanged(expected_total_minor=expected, total_minor=total, differences=differences)


def _difference(before: PricedLine | None, line: PricedLine) -> dict[str, object]:
    return {
        "line_no": line.line_no,
        "sku": line.sku,
        "unit_price_before": before and before.unit_price,
        "unit_price": line.unit_price,
        "gross_minor_before": before and before.gross_minor,
        "gross_minor": line.gross_minor,
    }


def _lines(ask: Submission, names: Mapping[str, str]) -> tuple[Line, ...]:
    lines = [Line(line.line_no, line.sku, line.quantity, names[line.sku]) for line in ask.lines]
    if not ask.priced:
        return tuple(lines)
    return tuple(with_price(*pair) for pair in zip(lines, ask.priced, strict=True))


def _fault(pointer: str, fault: str) -> dict[str, str]:
    return {"pointer": pointer, "fault": fault}


def line_asks(lines: Sequence[tuple[str, int]]) -> tuple[LineAsk, ...]:
    """Number (SKU, quantity) pairs from 1."""
    return tuple(
        LineAsk(line_no=number, sku=sku, quantity=quantity)
        for number, (sku, quantity) in enumerate(lines, 1)
    )
