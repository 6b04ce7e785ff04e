"""HTTP bodies of the orders API. Responses have no defaults, so clients get no false optionals."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.dealers import Shortage, Terms
from contracts.inventory import ShipmentStatus
from contracts.orders import Hold
from contracts.quotes import TOKEN_LENGTH_MAX
from services.orders.domain.buyer import Buyer
from services.orders.domain.holds import Held
from services.orders.domain.lines import Line, Shipment
from services.orders.domain.order import Order, Status
from services.orders.domain.work import (
    amendment_state,
    display_status,
    fulfilment_status,
    payment_status,
)

CURRENCY = "CNY"
LINES_MAX = 500

Quantity = Annotated[int, Field(gt=0, le=1_000_000, description="Base units.")]
Sku = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f]+$")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LineRequest(Body):
    sku: Sku
    quantity: Quantity


class SubmitOrderRequest(Body):
    """An order for the caller's own dealer, or on behalf of `dealer_id`."""

    dealer_id: UUID | None = Field(default=None, description="Staff: whom the order is for.")
    lines: list[LineRequest] = Field(min_length=1, max_length=LINES_MAX)
    quote: str | None = Field(
        default=None,
        max_length=TOKEN_LENGTH_MAX,
        description="Token of a quote for exactly these lines; its prices hold until it expires.",
    )
    expected_total_minor: int | None = Field(
        default=None, ge=0, le=10**15, description="Refuse the order when it costs more than this."
    )
    note: str | None = Field(default=None, max_length=500)
    shortage: Shortage | None = Field(
        default=None,
        description="What becomes of it where stock is short; else as the dealer's terms say.",
    )


class ReasonRequest(Body):
    reason: str = Field(min_length=1, max_length=500)


class HoldRequest(ReasonRequest):
    """Why the order must wait, and how long."""

    until: AwareDatetime | None = Field(
        default=None, description="It goes on by itself then; null: until somebody releases it."
    )


class ReleaseHoldRequest(Body):
    """Which of the order's holds is to end."""

    kind: Hold


class AcceptedOrder(BaseModel):
    """The order is stored; what becomes of it shows at `/orders/{order_id}`."""

    order_id: UUID
    number: str
    version: int
    status: Status
    currency: str
    total_minor: int | None = Field(description="Null until it is priced.")
    submitted_at: datetime

    @classmethod
    def of(cls, order: Order) -> AcceptedOrder:
        return cls(
            order_id=order.order_id,
            number=order.number,
            version=order.version,
            status=order.status,
            currency=CURRENCY,
            total_minor=order.total_minor,
            submitted_at=order.submitted_at,
        )


class LineResponse(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    line_no: int
    sku: str
    name: str
    unit: str
    quantity: int
    unit_price: str | None
    tax_rate_bp: int | None
    net_minor: int | None
    tax_minor: int | None
    gross_minor: int | None
    rule: str | None = Field(description="Why this price.")
    picked: int
    shipped: int
    delivered: int
    received: int
    backordered: int = Field(description="Ordered, and not there yet.")
    closed: int = Field(description="Given up: it will never leave.")
    kept_gross_minor: int | None = Field(
        description="What the line comes to without what is closed of it."
    )

    @classmethod
    def of(cls, line: Line) -> LineResponse:
        return cls.model_validate(line)


class AmendmentResponse(BaseModel):
    """The latest amendment: PENDING while it is checked, then APPLIED, REFUSED or WITHDRAWN."""

    number: int
    state: str
    refused: str | None = Field(description="Why it was.")
    reason: str
    asked_by: UUID
    asked_at: datetime
    previous_total_minor: int
    total_minor: int | None = Field(description="Null until it is priced.")
    quantities: dict[int, int] = Field(description="Base units that were asked for, by line.")

    @classmethod
    def of(cls, order: Order) -> AmendmentResponse | None:
        one = order.amendment
        if one is None:
            return None
        return cls(
            number=one.number,
            state=amendment_state(order, one),
            refused=one.refused,
            reason=one.reason,
            asked_by=one.asked_by,
            asked_at=one.asked_at,
            previous_total_minor=one.previous_total_minor,
            total_minor=one.total_minor,
            quantities={line.line_no: line.quantity for line in one.lines},
        )


class ShipmentResponse(BaseModel):
    shipment_id: UUID
    number: str
    status: ShipmentStatus
    invoice_number: str | None
    quantities: dict[int, int] = Field(description="Base units by line number.")

    @classmethod
    def of(cls, shipment: Shipment) -> ShipmentResponse:
        return cls(
            shipment_id=shipment.shipment_id,
            number=shipment.number,
            status=shipment.status,
            invoice_number=shipment.invoice_number,
            quantities=shipment.quantities,
        )


class HoldResponse(BaseModel):
    """What the order waits for, and whose work that is (P-20)."""

    kind: Hold
    owner: str = Field(description="The role that may release it, beside ADM.")
    reason: str
    by: UUID | None = Field(description="Null: a rule, not a person.")
    since: datetime | None = Field(description="Null: not recorded.")
    until: datetime | None = Field(description="It ends by itself then.")
    allowed_actions: list[str]

    @classmethod
    def of(cls, held: Held, allowed_actions: list[str]) -> HoldResponse:
        return cls(
            kind=held.kind,
            owner=held.owner,
            reason=held.reason,
            by=held.by,
            since=held.since,
            until=held.until,
            allowed_actions=allowed_actions,
        )


class OrderSummary(BaseModel):
    order_id: UUID
    number: str
    version: int
    dealer_id: UUID
    dealer_name: str | None
    salesperson_id: UUID | None
    status: Status
    queue: str | None = Field(description="The role that the order waits for.")
    currency: str
    total_minor: int | None
    covered_minor: int
    submitted_at: datetime


class OrderResponse(BaseModel):
    """The whole order, as the caller may see it."""

    order_id: UUID
    number: str
    version: int
    dealer_id: UUID
    salesperson_id: UUID | None
    warehouse_id: UUID
    placed_by: UUID
    on_behalf: bool
    status: Status
    display_zh: str
    display_en: str
    payment_status: str
    fulfilment_status: str
    queue: str | None
    holds: list[HoldResponse]
    reason: str | None
    terms: Terms
    buyer: Buyer | None = Field(description="As at submit (F-53); null: not kept then.")
    currency: str
    total_minor: int | None
    due_before_release_minor: int | None
    covered_minor: int
    returned_minor: int
    submitted_at: datetime
    confirmed_at: datetime | None
    confirmed_by: UUID | None
    stuck: bool = Field(description="On the saga desk: a participant does not answer.")
    note: str | None
    backordered: int = Field(description="Base units that are owed.")
    closing_reason: str | None = Field(description="Why its rest is given up; null: it is not.")
    amendment: AmendmentResponse | None
    lines: list[LineResponse]
    shipments: list[ShipmentResponse]
    allowed_actions: list[str]

    @classmethod
    def of(
        cls,
        order: Order,
        queue: str | None,
        allowed_actions: list[str],
        releasable: Collection[Hold] = (),
    ) -> OrderResponse:
        """`releasable`: the kinds of hold that the caller may release."""
        display_zh, display_en = display_status(order)
        return cls(
            order_id=order.order_id,
            number=order.number,
            version=order.version,
            dealer_id=order.dealer_id,
            salesperson_id=order.salesperson_id,
            warehouse_id=order.warehouse_id,
            placed_by=order.placed_by,
            on_behalf=order.on_behalf,
            status=order.status,
            display_zh=display_zh,
            display_en=display_en,
            payment_status=payment_status(order),
            fulfilment_status=fulfilment_status(order),
            queue=queue,
            holds=[
                HoldResponse.of(held, ["release-hold"] if held.kind in releasable else [])
                for held in order.holds
            ],
            reason=order.reason,
            terms=order.terms,
            buyer=Buyer.model_validate_json(order.buyer) if order.buyer else None,
            currency=CURRENCY,
            total_minor=order.total_minor,
            due_before_release_minor=order.due_before_release_minor if order.priced else None,
            covered_minor=order.covered_minor,
            returned_minor=order.returned_minor,
            submitted_at=order.submitted_at,
            confirmed_at=order.confirmed_at,
            confirmed_by=order.confirmed_by,
            stuck=order.progress.stuck,
            note=order.note,
            backordered=order.backordered,
            closing_reason=order.closing.reason if order.closing else None,
            amendment=AmendmentResponse.of(order),
            lines=[LineResponse.of(line) for line in order.lines],
            shipments=[ShipmentResponse.of(one) for one in order.shipments],
            allowed_actions=allowed_actions,
        )
