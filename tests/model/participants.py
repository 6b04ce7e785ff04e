"""Small models of catalog, billing and inventory: what they keep, what they may answer.

A participant takes a command and gives every outcome that the contract allows, each as the state
afterwards and the answers. What people and time do to it is a spontaneous move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from contracts import billing, catalog, inventory
from contracts.dealers import Shortage
from contracts.inventory import ShipmentStatus
from contracts.message import Command, OrderReply

ORDER_ID = UUID(int=1)
SHIPMENT_IDS = (UUID(int=2), UUID(int=3), UUID(int=10))
QUANTITY, TOTAL_MINOR = 2, 999
"""An odd total: half of it is not a whole amount."""
TOTALS = {1: 501, QUANTITY: TOTAL_MINOR, 3: 1_498}
"""By quantity; what an amendment is priced at is no multiple of anything."""
LEFT = frozenset({"PARTLY", "SHIPPED", "RECEIVED"})
"""Stages in which goods have left."""


class Outcome(NamedTuple):
    """One way in which a participant may go on."""

    state: Books
    answers: tuple[OrderReply, ...]
    what: str


@dataclass(frozen=True, slots=True)
class Books:
    """What billing and inventory keep of the one order."""

    credit: str = "NONE"  # NONE HELD OVER_LIMIT RELEASED
    total: int = 0
    """What billing knows that the order comes to."""
    adjusted: int = 0
    """The revision that told it so; 0: as the credit was held."""
    paid: int = 0
    covered: int = 0
    returned: int = 0
    funds_revision: int = 0
    invoices: tuple[tuple[UUID, int], ...] = ()
    """Shipment and amount of each."""
    stock: str = "NONE"
    """NONE SOFT FIRM WAREHOUSE PICKED PUT_BACK PARTLY SHIPPED RECEIVED GONE REFUSED"""
    shipments: tuple[int, ...] = ()
    """Pieces in each."""
    quantity: int = QUANTITY
    backordered: int = 0
    closed: int = 0
    amended: tuple[int, str] = (0, "")
    """The last amendment that inventory answered, and why it refused it."""
    revision: int = 0
    held_times: int = 0
    reserved_times: int = 0

    @property
    def reserved(self) -> bool:
        return self.stock in {"SOFT", "FIRM", "WAREHOUSE", "PICKED", "PUT_BACK", "PARTLY"}

    @property
    def kept(self) -> int:
        return self.quantity - self.closed

    @property
    def picked(self) -> int:
        """All that is there, as soon as anything is."""
        return self.kept - self.backordered if self.stock in {"PICKED", "PUT_BACK"} | LEFT else 0

    @property
    def invoiced_minor(self) -> int:
        return sum(amount for _, amount in self.invoices)


def take(books: Books, command: Command) -> list[Outcome]:
    """Every outcome of a command."""
    return TAKEN[type(command)](books, command)


def _price(books: Books, ask: catalog.PriceOrder) -> list[Outcome]:
    (wanted,) = ask.lines
    total = TOTALS[wanted.quantity]
    line = catalog.PricedLine(
        line_no=1,
        sku="A",
        name="螺丝刀",
        unit="件",
        quantity=wanted.quantity,
        unit_price="4.995",
        tax_rate_bp=0,
        net_minor=total,
        tax_minor=0,
        gross_minor=total,
        price_list_id=UUID(int=3),
        price_list_version=1,
        rule="list",
    )
    priced = catalog.OrderPriced(
        order_id=ORDER_ID,
        lines=(line,),
        currency="CNY",
        total_minor=total,
        amendment=ask.amendment,
    )
    refused = catalog.PricingRefused(
        order_id=ORDER_ID, reason="no-price", skus=("A",), amendment=ask.amendment
    )
    return [
        Outcome(books, (priced,), "catalog prices"),
        Outcome(books, (refused,), "catalog has no price"),
    ]


def _hold_credit(books: Books, ask: billing.HoldCredit) -> list[Outcome]:
    held = (billing.CreditHeld(order_id=ORDER_ID),)
    if books.credit == "RELEASED":
        answer = billing.CreditRefused(order_id=ORDER_ID, reason="released")
        return [Outcome(books, (answer,), "billing refuses after the release")]
    if books.credit == "HELD":
        return [Outcome(books, held, "billing holds already")]
    holds = replace(books, credit="HELD", held_times=books.held_times + 1, total=ask.total_minor)
    outcomes = [Outcome(holds, held, "billing holds")]
    if not ask.approved_over_limit:
        over = billing.CreditRefused(order_id=ORDER_ID, reason="over-limit")
        outcomes.append(Outcome(books, (over,), "billing says over the limit"))
    return outcomes


def _adjust_credit(books: Books, ask: billing.AdjustCredit) -> list[Outcome]:
    if books.credit == "RELEASED":
        gone = billing.CreditAdjustmentRefused(
            order_id=ORDER_ID, revision=ask.revision, reason="released"
        )
        return [Outcome(books, (gone,), "billing adjusts nothing after the release")]
    if ask.revision <= books.adjusted:
        stands = billing.CreditAdjusted(order_id=ORDER_ID, revision=books.adjusted)
        return [Outcome(books, (stands,), "billing has adjusted already")]
    state = replace(books, adjusted=ask.revision, total=ask.total_minor)
    answers: tuple[OrderReply, ...] = (
        billing.CreditAdjusted(order_id=ORDER_ID, revision=ask.revision),
    )
    if surplus := max(0, books.covered - ask.total_minor):
        state, funds = _covered(state, ask.total_minor)
        state, answers = replace(state, returned=books.returned + surplus), (funds, *answers)
    outcomes = [Outcome(state, answers, f"billing adjusts to {ask.total_minor}")]
    if ask.total_minor > books.total and not ask.approved_over_limit:
        over = billing.CreditAdjustmentRefused(
            order_id=ORDER_ID, revision=ask.revision, reason="over-limit"
        )
        outcomes.append(Outcome(books, (over,), "billing says that more is over the limit"))
    return outcomes


def _release_credit(books: Books, _: billing.ReleaseCredit) -> list[Outcome]:
    returned = books.returned + books.covered
    state = replace(books, credit="RELEASED", returned=returned, covered=0)
    answer = billing.CreditReleased(order_id=ORDER_ID, returned_minor=returned)
    if not books.covered:
        return [Outcome(state, (answer,), "billing releases")]
    state, funds = _covered(state, 0)
    return [Outcome(state, (funds, answer), "billing releases and gives the money back")]


def _covered(books: Books, minor: int) -> tuple[Books, billing.OrderFundsChanged]:
    """What covers the order now, and what the saga is told of it."""
    state = replace(books, covered=minor, funds_revision=books.funds_revision + 1)
    funds = billing.OrderFundsChanged(
        order_id=ORDER_ID, revision=state.funds_revision, covered_minor=minor
    )
    return state, funds


def _invoice(books: Books, ask: billing.IssueInvoice) -> list[Outcome]:
    """One shipment has one invoice, whoever asks how often."""
    amount = dict(books.invoices).get(ask.shipment_id)
    state = books
    if amount is None:
        amount = sum(line.gross_minor for line in ask.lines)
        state = replace(books, invoices=(*books.invoices, (ask.shipment_id, amount)))
    answer = billing.ShipmentInvoiced(
        order_id=ORDER_ID,
        shipment_id=ask.shipment_id,
        invoice_id=UUID(int=4),
        invoice_number="FP-1",
        gross_minor=amount,
    )
    refused = billing.InvoiceRefused(
        order_id=ORDER_ID, shipment_id=ask.shipment_id, reason="more-than-ordered"
    )
    outcomes = [Outcome(state, (answer,), "billing invoices")]
    if state is not books:
        outcomes.append(Outcome(books, (refused,), "billing refuses the invoice"))
    return outcomes


def _reserve(books: Books, ask: inventory.ReserveStock) -> list[Outcome]:
    if ask.firm and books.stock not in {"NONE", "REFUSED", "PUT_BACK", "GONE"}:
        return _firm(books, release=ask.release)
    reserved = (inventory.StockReserved(order_id=ORDER_ID, backordered=_owed(books)),)
    match books.stock:
        case "NONE":
            held = replace(books, stock="SOFT", reserved_times=books.reserved_times + 1)
            if ask.shortage is Shortage.SHIP_PARTIAL:
                partly = replace(held, backordered=1)
                return [*_as_held(held, ask), *_as_held(partly, ask)]
            short = inventory.StockRefused(order_id=ORDER_ID, reason="short", short=("A",))
            refused = Outcome(replace(books, stock="REFUSED"), (short,), "inventory is short")
            return [*_as_held(held, ask), refused]
        case "REFUSED":
            short = inventory.StockRefused(order_id=ORDER_ID, reason="short", short=("A",))
            return [Outcome(books, (short,), "inventory is short still")]
        case "PUT_BACK" | "GONE":
            gone = inventory.StockRefused(order_id=ORDER_ID, reason="released", short=())
            return [Outcome(books, (gone,), "inventory refuses after the release")]
        case _:
            return [Outcome(books, reserved, "inventory has reserved already")]


def _as_held(books: Books, ask: inventory.ReserveStock) -> list[Outcome]:
    if ask.firm:
        return _firm(books, release=ask.release)
    answer = inventory.StockReserved(order_id=ORDER_ID, backordered=_owed(books))
    owed = f", {books.backordered} is owed" if books.backordered else ""
    return [Outcome(books, (answer,), f"inventory reserves{owed}")]


def _owed(books: Books) -> tuple[inventory.LineCount, ...]:
    if not books.backordered:
        return ()
    return (inventory.LineCount(line_no=1, quantity=books.backordered),)


def _firm(books: Books, *, release: bool) -> list[Outcome]:
    match books.stock:
        case "SOFT" | "FIRM" if release:
            releases = advance(replace(books, stock="WAREHOUSE"), "inventory releases")
            not_ready = inventory.PartnerNotReady(
                order_id=ORDER_ID, reason="no-adapter", backordered=_owed(books)
            )
            waits = Outcome(replace(books, stock="FIRM"), (not_ready,), "the partner is not ready")
            if books.backordered:
                return [releases, waits]
            direct = replace(books, stock="RECEIVED", shipments=(books.kept,))
            return [releases, advance(direct, "the factory ships directly"), waits]
        case "SOFT" | "FIRM":
            answer = inventory.ReservationFirmed(order_id=ORDER_ID, backordered=_owed(books))
            return [Outcome(replace(books, stock="FIRM"), (answer,), "inventory firms up")]
        case "WAREHOUSE" | "PICKED" | "PARTLY" | "SHIPPED" | "RECEIVED":
            return [Outcome(books, (picture(books),), "inventory tells again")]
        case _:  # who is told so can rely on it: a reserve that comes later is refused
            lost = inventory.ReservationLost(order_id=ORDER_ID)
            gone = replace(books, stock="GONE") if books.stock == "NONE" else books
            return [Outcome(gone, (lost,), "inventory has lost the reservation")]


def _amend(books: Books, ask: inventory.AmendReservation) -> list[Outcome]:
    (line,) = ask.lines
    if ask.amendment <= books.amended[0]:
        return [_amended(books, ask.amendment, "inventory answers as before")]
    if books.stock in LEFT | {"PICKED"}:
        return [_amended(replace(books, amended=(ask.amendment, "picked")), ask.amendment, "late")]
    if books.stock not in {"SOFT", "FIRM", "WAREHOUSE"}:
        gone = inventory.AmendmentRefused(
            order_id=ORDER_ID, amendment=ask.amendment, reason="released"
        )
        return [Outcome(books, (gone,), "inventory amends nothing after the release")]
    takes = replace(books, quantity=line.quantity, amended=(ask.amendment, ""))
    outcomes = [
        _amended(replace(takes, backordered=0), ask.amendment, f"inventory holds {line.quantity}")
    ]
    if line.quantity > books.quantity:
        refuses = replace(books, amended=(ask.amendment, "short"))
        outcomes.append(_amended(refuses, ask.amendment, "inventory is short for the amendment"))
    return outcomes


def _amended(books: Books, number: int, what: str) -> Outcome:
    _, refused = books.amended
    answer: OrderReply = inventory.ReservationAmended(
        order_id=ORDER_ID, amendment=number, backordered=_owed(books)
    )
    if refused:
        answer = inventory.AmendmentRefused(order_id=ORDER_ID, amendment=number, reason=refused)
    return Outcome(books, (answer,), what)


def _close(books: Books, _: inventory.CloseRemainder) -> list[Outcome]:
    if books.stock not in LEFT or not books.backordered:
        return [Outcome(books, (picture(books),), "inventory has nothing to close")]
    closes = replace(books, closed=books.backordered, backordered=0)
    if sum(books.shipments) == closes.kept:
        closes = replace(closes, stock="SHIPPED")
    outcomes = [advance(closes, "inventory closes the rest")]
    if sum(books.shipments) < books.picked:
        busy = inventory.RemainderNotClosed(order_id=ORDER_ID)
        outcomes.append(Outcome(books, (busy,), "somebody is still at it"))
    return outcomes


def _cancel(books: Books, _: inventory.CancelFulfilment) -> list[Outcome]:
    cancelled = (inventory.FulfilmentCancelled(order_id=ORDER_ID),)
    match books.stock:
        case "PARTLY" | "SHIPPED" | "RECEIVED":
            declined = inventory.FulfilmentCancelDeclined(order_id=ORDER_ID)
            return [Outcome(books, (declined,), "inventory declines the cancel")]
        case "PICKED" | "PUT_BACK":
            awaited = inventory.PutBackAwaited(order_id=ORDER_ID)
            return [Outcome(replace(books, stock="PUT_BACK"), (awaited,), "goods must go back")]
        case _:
            return [Outcome(replace(books, stock="GONE"), cancelled, "inventory gives back")]


TAKEN: dict[type[Command], Callable[[Books, Any], list[Outcome]]] = {
    catalog.PriceOrder: _price,
    billing.HoldCredit: _hold_credit,
    billing.AdjustCredit: _adjust_credit,
    billing.ReleaseCredit: _release_credit,
    billing.IssueInvoice: _invoice,
    inventory.ReserveStock: _reserve,
    inventory.FirmReservation: lambda books, ask: _firm(books, release=ask.release),
    inventory.ReleaseToWarehouse: lambda books, _: _firm(books, release=True),
    inventory.AmendReservation: _amend,
    inventory.CloseRemainder: _close,
    inventory.CancelFulfilment: _cancel,
}
"""Every command that the saga may send."""


def spontaneous(books: Books) -> Iterator[Outcome]:
    """What people in the warehouse, the payer and time may do at any moment."""
    if books.stock == "SOFT":
        expired = inventory.ReservationExpired(order_id=ORDER_ID)
        yield Outcome(replace(books, stock="GONE"), (expired,), "the reservation expires")
    yield from _in_the_warehouse(books)
    if books.stock == "PUT_BACK":
        cancelled = inventory.FulfilmentCancelled(order_id=ORDER_ID)
        yield Outcome(replace(books, stock="GONE"), (cancelled,), "the goods are put back")
    if books.credit == "HELD" and books.covered < books.total:
        paid, funds = _covered(books, books.total)
        paid = replace(paid, paid=books.paid + books.total - books.covered)
        yield Outcome(paid, (funds,), "the dealer pays")


def _in_the_warehouse(books: Books) -> Iterator[Outcome]:
    """What people do next with what is there of the order."""
    there, sent = books.kept - books.backordered, sum(books.shipments)
    if books.stock == "WAREHOUSE" and there:
        yield advance(replace(books, stock="PICKED"), "the picker picks")
    if books.stock in {"PICKED", "PARTLY"}:
        if there > sent:
            yield advance(_posted(books, there - sent), "the warehouse posts the outbound")
        if there > 1 and not sent:
            yield advance(_posted(books, 1), "the warehouse posts a part of it")
    if books.backordered and books.stock in {"WAREHOUSE", "PARTLY"}:
        yield advance(replace(books, backordered=0), "goods come for what is owed")
    if books.stock == "SHIPPED":
        yield advance(replace(books, stock="RECEIVED"), "the dealer receives")


def _posted(books: Books, quantity: int) -> Books:
    shipments = (*books.shipments, quantity)
    stage = "SHIPPED" if sum(shipments) == books.kept else "PARTLY"
    return replace(books, stock=stage, shipments=shipments)


def advance(books: Books, what: str) -> Outcome:
    """The next picture of the warehouse."""
    told = replace(books, revision=books.revision + 1)
    return Outcome(told, (picture(told),), what)


def picture(books: Books) -> inventory.FulfilmentAdvanced:
    """How far the warehouse is, as it tells the saga."""
    received = books.kept if books.stock == "RECEIVED" else 0
    line = inventory.LineProgress(
        line_no=1,
        picked=books.picked,
        shipped=sum(books.shipments),
        delivered=received,
        received=received,
        backordered=books.backordered,
        closed=books.closed,
    )
    shipments = tuple(
        inventory.ShipmentProgress(
            shipment_id=SHIPMENT_IDS[place],
            number=f"CK-{place}",
            status=ShipmentStatus.RECEIVED if received else ShipmentStatus.READY,
            lines=(inventory.ShipmentLine(line_no=1, sku="A", quantity=quantity),),
        )
        for place, quantity in enumerate(books.shipments)
    )
    return inventory.FulfilmentAdvanced(
        order_id=ORDER_ID,
        revision=books.revision,
        started=bool(books.picked),
        lines=(line,),
        shipments=shipments,
    )
