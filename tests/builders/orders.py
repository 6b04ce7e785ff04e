"""Orders as tests need them: valid, with sensible defaults; a test states only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from chassis.ids import uuid7
from contracts.billing import (
    AdjustCredit,
    CreditAdjusted,
    CreditHeld,
    CreditReleased,
    ShipmentInvoiced,
)
from contracts.catalog import LineAsk, OrderPriced, PricedLine, PriceOrder
from contracts.dealers import DealerState, DealerStatus, Terms, TermsKind
from contracts.inventory import (
    AmendReservation,
    FulfilmentAdvanced,
    LineProgress,
    ReservationAmended,
    ShipmentLine,
    ShipmentProgress,
    ShipmentStatus,
    StockReserved,
)
from contracts.message import OrderReply
from contracts.orders import Hold
from services.orders import saga
from services.orders.domain.holds import Held
from services.orders.domain.lines import Line
from services.orders.domain.order import Order
from services.orders.domain.submission import Submission, line_asks

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ON_CREDIT = Terms(kind=TermsKind.CREDIT)
PREPAID = Terms(kind=TermsKind.PREPAID)


def deposit(percent: int) -> Terms:
    return Terms(kind=TermsKind.DEPOSIT, deposit_percent=percent)


def confirming_itself(terms: Terms) -> Terms:
    return terms.model_copy(update={"auto_confirm_max_minor": 10**12})


def an_order(terms: Terms = ON_CREDIT, quantities: tuple[int, ...] = (10,)) -> Order:
    """An order that is not submitted yet; line n has the SKU `SKU-n`."""
    lines = tuple(Line(n, f"SKU-{n}", quantity) for n, quantity in enumerate(quantities, 1))
    return Order(
        order_id=uuid7(),
        number="XS2611-0000001",
        dealer_id=uuid7(),
        placed_by=uuid7(),
        on_behalf=False,
        salesperson_id=uuid7(),
        warehouse_id=uuid7(),
        terms=terms,
        submitted_at=NOON,
        lines=lines,
    )


def submitted(terms: Terms = ON_CREDIT, quantities: tuple[int, ...] = (10,)) -> Order:
    return saga.start(an_order(terms, quantities), NOON)[0]


def waiting_for_confirmation(
    terms: Terms = ON_CREDIT, quantities: tuple[int, ...] = (10,)
) -> Order:
    """All checks passed; ¥1,000 in one line of ten."""
    order = submitted(terms, quantities)
    for reply in (priced(order), held(order), reserved(order)):
        order = saga.take(order, reply, NOON)[0]
    return order


def confirmed(terms: Terms = ON_CREDIT, quantities: tuple[int, ...] = (10,)) -> Order:
    order = waiting_for_confirmation(terms, quantities)
    return saga.go_on(order, replace(order, confirmed_by=uuid7(), confirmed_at=NOON), NOON)[0]


def priced(order: Order, unit_price_minor: int = 10_000) -> OrderPriced:
    """Tax-inclusive at 13 %, as catalog would answer."""
    lines = tuple(_priced_line(line, unit_price_minor) for line in order.lines)
    total = sum(line.gross_minor for line in lines)
    return OrderPriced(order_id=order.order_id, lines=lines, currency="CNY", total_minor=total)


def as_asked(ask: PriceOrder, unit_price_minor: int = 10_000) -> OrderPriced:
    """What catalog answers to an ask, of an order or of an amendment."""
    lines = tuple(_priced_line(line, unit_price_minor) for line in ask.lines)
    return OrderPriced(
        order_id=ask.order_id,
        lines=lines,
        currency="CNY",
        total_minor=sum(line.gross_minor for line in lines),
        amendment=ask.amendment,
    )


def _priced_line(line: Line | LineAsk, unit_price_minor: int) -> PricedLine:
    gross = unit_price_minor * line.quantity
    tax = (2 * gross * 1300 + 11_300) // (2 * 11_300)
    return PricedLine(
        line_no=line.line_no,
        sku=line.sku,
        name="螺丝刀",
        unit="件",
        quantity=line.quantity,
        unit_price=f"{unit_price_minor / 100:.2f}",
        tax_rate_bp=1300,
        net_minor=gross - tax,
        tax_minor=tax,
        gross_minor=gross,
        price_list_id=uuid7(),
        price_list_version=1,
        rule="list CITY v1, from 1",
    )


def by_hand(until: datetime | None = None) -> Held:
    """A hold that a salesperson puts."""
    return Held(Hold.MANUAL, "等客户回款", uuid7(), until=until)


def held(order: Order) -> CreditHeld:
    return CreditHeld(order_id=order.order_id)


def reserved(order: Order) -> StockReserved:
    return StockReserved(order_id=order.order_id)


def answers(order: Order, *messages: object) -> Order:
    """The order after everybody agreed to what it asked, until nothing is asked any more."""
    asked = [*messages]
    while asked:
        match asked.pop(0):
            case PriceOrder() as ask:
                reply: OrderReply = as_asked(ask)
            case AdjustCredit() as ask:
                reply = CreditAdjusted(order_id=order.order_id, revision=ask.revision)
            case AmendReservation() as ask:
                reply = ReservationAmended(order_id=order.order_id, amendment=ask.amendment)
            case _:
                continue
        order, more = saga.take(order, reply, NOON)
        asked += more
    return order


def credit_released(order: Order) -> CreditReleased:
    return CreditReleased(order_id=order.order_id)


def advanced(  # noqa: PLR0913  (how far the warehouse is)
    order: Order,
    *,
    revision: int,
    picked: int = 0,
    shipped: int = 0,
    status: ShipmentStatus = ShipmentStatus.READY,
    shipment_id: UUID | None = None,
    backordered: int = 0,
    closed: int = 0,
) -> FulfilmentAdvanced:
    """The warehouse's picture of an order of one line, with at most one shipment."""
    delivered = shipped if status in {ShipmentStatus.DELIVERED, ShipmentStatus.RECEIVED} else 0
    received = shipped if status is ShipmentStatus.RECEIVED else 0
    progress = LineProgress(
        line_no=1,
        picked=picked,
        shipped=shipped,
        delivered=delivered,
        received=received,
        backordered=backordered,
        closed=closed,
    )
    shipment = ShipmentProgress(
        shipment_id=shipment_id or uuid7(),
        number="CK-2611-000001",
        status=status,
        lines=(ShipmentLine(line_no=1, sku="SKU-1", quantity=max(shipped, 1)),),
    )
    return FulfilmentAdvanced(
        order_id=order.order_id,
        revision=revision,
        started=bool(picked),
        lines=(progress,),
        shipments=(shipment,) if shipped else (),
    )


def invoiced(order: Order, shipment_id: UUID) -> ShipmentInvoiced:
    return ShipmentInvoiced(
        order_id=order.order_id,
        shipment_id=shipment_id,
        invoice_id=uuid7(),
        invoice_number="FP-2611-000001",
        gross_minor=order.total,
    )


def a_dealer_state(terms: Terms = ON_CREDIT, **others: object) -> DealerState:
    facts: dict[str, object] = {
        "dealer_id": uuid7(),
        "version": 1,
        "code": "JXS-000001",
        "name": "广州五金",
        "status": DealerStatus.ACTIVE,
        "tier": "CITY",
        "province": "广东省",
        "city": "广州市",
        "terms": terms,
        "credit_limit_minor": 10_000_000,
        "salesperson_id": uuid7(),
        "warehouse_id": uuid7(),
    }
    return DealerState.model_validate(facts | others)


def a_submission(dealer_id: UUID, *lines: tuple[str, int], **others: object) -> Submission:
    facts: dict[str, object] = {
        "order_id": uuid7(),
        "number": f"XS-{uuid7()}",
        "dealer_id": dealer_id,
        "placed_by": uuid7(),
        "on_behalf": False,
        "seller_id": None,
        "submitted_at": NOON,
        "lines": line_asks(lines or [("SKU-1", 1)]),
    }
    return Submission(**(facts | others))  # type: ignore[arg-type]


def line_ask(line_no: int, sku: str, quantity: int) -> LineAsk:
    return LineAsk(line_no=line_no, sku=sku, quantity=quantity)
