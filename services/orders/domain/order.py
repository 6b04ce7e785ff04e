"""An order as the facts that are known of it; everything else is derived from them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from chassis.saga import BEGINNING, Phase, Progress
from contracts.dealers import Terms, TermsKind
from services.orders.domain.holds import Holds
from services.orders.domain.lines import Amendment, Closing, Line, Shipment

R = TypeVar("R", "Line", "Order")


def restored(kind: type[R], facts: dict[str, Any]) -> R:
    """A record of facts that it had before; those that did not exist then have their defaults.

    Setting the fields of a frozen dataclass one by one is a third of what loading an order costs.
    """
    record = object.__new__(kind)
    record.__dict__.update(facts)
    return record


def changed(record: R, **facts: object) -> R:
    """The record with other facts: `dataclasses.replace` for the hot path, at a tenth of its price.

    An order's life makes thirty such copies; `replace` reads each of their forty fields by name.
    """
    assert facts.keys() <= _FACTS[type(record).__name__], f"no such facts: {facts.keys()}"
    copy = object.__new__(type(record))
    copy.__dict__.update(record.__dict__)
    copy.__dict__.update(facts)
    return copy


class Credit(StrEnum):
    """What billing said of the order's credit part."""

    UNKNOWN = "UNKNOWN"
    HELD = "HELD"
    REFUSED = "REFUSED"
    RELEASED = "RELEASED"


class Stock(StrEnum):
    """What inventory said of the order's goods."""

    UNKNOWN = "UNKNOWN"
    SOFT = "SOFT"
    FIRM = "FIRM"
    RELEASED = "RELEASED"


class Ending(StrEnum):
    """Why an order is undone."""

    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class Status(StrEnum):
    """The stored life cycle; payment, fulfilment and delivery are dimensions of their own."""

    SUBMITTED = "SUBMITTED"
    ON_HOLD = "ON_HOLD"
    PENDING_CONFIRMATION = "PENDING_CONFIRMATION"
    CONFIRMED = "CONFIRMED"
    IN_FULFILMENT = "IN_FULFILMENT"
    COMPLETED = "COMPLETED"
    CLOSED_SHORT = "CLOSED_SHORT"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


BEFORE_CONFIRMATION = frozenset({"amend_price", "adjust_credit", "amend_stock", "confirmation"})
"""Rows at which the first checks are over and the promise is not given yet."""


@dataclass(frozen=True)
class Order:
    """The facts; `version` counts the events that were announced."""

    order_id: UUID
    number: str
    dealer_id: UUID
    placed_by: UUID
    on_behalf: bool
    salesperson_id: UUID | None
    warehouse_id: UUID
    terms: Terms
    submitted_at: datetime
    lines: tuple[Line, ...]
    note: str | None = None
    buyer: str | None = None
    """The document of `buyer.Buyer`, as at submit; None: not kept then."""
    total_minor: int | None = None
    expected_total_minor: int | None = None
    version: int = 0
    progress: Progress = BEGINNING
    holds: Holds = ()
    credit: Credit = Credit.UNKNOWN
    over_limit_approved: bool = False
    stock: Stock = Stock.UNKNOWN
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    released: bool = False
    """The warehouse may start, and knows it."""
    started: bool = False
    put_back_awaited: bool = False
    """Cancelled after picking: somebody must put the goods back before they are given back."""
    fulfilment_revision: int = 0
    shipments: tuple[Shipment, ...] = ()
    funds_revision: int = 0
    covered_minor: int = 0
    returned_minor: int = 0
    ending: Ending | None = None
    reason: str | None = None
    amendment: Amendment | None = None
    """The latest."""
    adjustment: int = 0
    """Counts how often the total that billing is to know became another one."""
    adjusted: int = 0
    """Which of these billing followed."""
    closing: Closing | None = None

    @property
    def priced(self) -> bool:
        return self.total_minor is not None

    @property
    def total(self) -> int:
        """The total of a priced order, in minor units."""
        assert self.total_minor is not None, "asked for the total before the order was priced"
        return self.total_minor

    @property
    def confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def shipped(self) -> bool:
        """Anything has left the warehouse: the pivot, from here on the order cannot be undone."""
        return bool(self.shipments)

    @property
    def all_shipped(self) -> bool:
        return all(line.shipped == line.kept for line in self.lines)

    @property
    def all_received(self) -> bool:
        return all(line.received == line.kept for line in self.lines)

    @property
    def all_picked(self) -> bool:
        """Nothing more can be given up: what is not picked is closed."""
        return all(line.picked == line.kept for line in self.lines)

    @property
    def backordered(self) -> int:
        """Base units that are owed: ordered, and not there yet."""
        return sum(line.backordered for line in self.lines)

    @property
    def closed_short(self) -> bool:
        """A part of it was given up."""
        return any(line.closed for line in self.lines)

    @property
    def amending(self) -> Amendment | None:
        """The amendment that is being checked."""
        return self.amendment if self.amendment and self.amendment.pending else None

    @property
    def due_before_release_minor(self) -> int:
        """What the terms want to be paid before the warehouse starts."""
        return self.due_of(self.total)

    def due_of(self, total_minor: int) -> int:
        """What the terms want to be paid first of such a total."""
        match self.terms.kind:
            case TermsKind.PREPAID:
                return total_minor
            case TermsKind.DEPOSIT:
                return -(-total_minor * self.terms.deposit_percent // 100)
            case TermsKind.COD | TermsKind.CREDIT:
                return 0

    @property
    def credit_minor(self) -> int:
        """The part that is sold on credit, to be held against the dealer's limit."""
        return self.credit_of(self.total)

    def credit_of(self, total_minor: int) -> int:
        """The part of such a total that is sold on credit."""
        match self.terms.kind:
            case TermsKind.PREPAID | TermsKind.COD:
                return 0
            case TermsKind.DEPOSIT | TermsKind.CREDIT:
                return total_minor - self.due_of(total_minor)

    @property
    def account_total_minor(self) -> int | None:
        """The total for which billing is to keep the order's account; None until it is priced.

        While an amendment is being checked it is the larger of both; so whatever becomes of the
        amendment, what billing holds is enough, and then follows.
        """
        if self.total_minor is None or not self.amending or self.amending.total_minor is None:
            return self.total_minor
        return max(self.total_minor, self.amending.total_minor)

    @property
    def payment_gate_open(self) -> bool:
        return self.covered_minor >= self.due_before_release_minor

    @property
    def settled(self) -> bool:
        """Paid, or invoiced on credit; then its debt is the account's matter, not the order's."""
        return self.terms.kind is TermsKind.CREDIT or self.covered_minor >= self.total

    @property
    def to_invoice(self) -> Shipment | None:
        """The first shipment that is not invoiced yet."""
        return next((one for one in self.shipments if one.invoice_number is None), None)

    @property
    def _open_status(self) -> Status:
        if self.holds:
            return Status.ON_HOLD
        if self.started:
            return Status.IN_FULFILMENT
        if self.confirmed:
            return Status.CONFIRMED
        at_gate = self.progress.at in BEFORE_CONFIRMATION
        return Status.PENDING_CONFIRMATION if at_gate else Status.SUBMITTED

    @property
    def status(self) -> Status:
        match self.progress.phase:
            case Phase.COMPLETED:
                return Status.CLOSED_SHORT if self.closed_short else Status.COMPLETED
            case Phase.UNDONE:
                return Status(self.ending or Ending.CANCELLED)
            case _:
                return Status.CANCELLING if self.ending else self._open_status


_FACTS = {kind.__name__: {one.name for one in fields(kind)} for kind in (Line, Order)}
