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
from contracts.inventory import ShipmentStatus
from contracts.message import Command, OrderReply

ORDER_ID = UUID(int=1)
SHIPMENT_IDS = (UUID(int=2), UUID(int=3))
QUANTITY, TOTAL_MINOR = 2, 999
"""An odd total: half of it is not a whole amount."""
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
    covered: int = 0
    returned: int = 0
    funds_revision: int = 0
    invoices: tuple[tuple[UUID, int], ...] = ()
    """Shipment and amount of each."""
    stock: str = "NONE"
    """NONE SOFT FIRM WAREHOUSE PICKED PUT_BACK PARTLY SHIPPED RECEIVED GONE REFUSED"""
    shipments: tuple[int, ...] = ()
    """Pieces in each."""
    revision: int = 0
    held_times: int = 0
    reserved_times: int = 0

    @property
    def reserved(self) -> bool:
        return self.stock in {"SOFT", "FIRM", "WAREHOUSE", "PICKED", "PUT_BACK", "PARTLY"}

    @property
    def invoiced_minor(self) -> int:
        return sum(amount for _, amount in self.invoices)


def take(books: Books, command: Command) -> list[Outcome]:
    """Every outcome of a command."""
    return TAKEN[type(command)](books, command)


def _price(books: Books, _: catalog.PriceOrder) -> list[Outcome]:
    line = catalog.PricedLine(
        line_no=1,
        sku="A",
        name="螺丝刀",
        unit="件",
        quantity=QUANTITY,
        unit_price="4.995",
        tax_rate_bp=0,
        net_minor=TOTAL_MINOR,
        tax_minor=0,
        gross_minor=TOTAL_MINOR,
        price_list_id=UUID(int=3),
        price_list_version=1,
        rule="list",
    )
    priced = catalog.OrderPriced(
        order_id=ORDER_ID, lines=(line,), currency="CNY", total_minor=TOTAL_MINOR
    )
    refused = catalog.PricingRefused(order_id=ORDER_ID, reason="no-price", skus=("A",))
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
    holds = replace(books, credit="HELD", held_times=books.held_times + 1)
    outcomes = [Outcome(holds, held, "billing holds")]
    if not ask.approved_over_limit:
        over = billing.CreditRefused(order_id=ORDER_ID, reason="over-limit")
        outcomes.append(Outcome(books, (over,), "billing says over the limit"))
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
    reserved = (inventory.StockReserved(order_id=ORDER_ID),)
    match books.stock:
        case "NONE":
            short = inventory.StockRefused(order_id=ORDER_ID, reason="short", short=("A",))
            held = replace(books, stock="SOFT", reserved_times=books.reserved_times + 1)
            return [
                *(
                    _firm(held, release=ask.release)
                    if ask.firm
                    else [Outcome(held, reserved, "inventory reserves")]
                ),
                Outcome(replace(books, stock="REFUSED"), (short,), "inventory is short"),
            ]
        case "REFUSED":
            short = inventory.StockRefused(order_id=ORDER_ID, reason="short", short=("A",))
            return [Outcome(books, (short,), "inventory is short still")]
        case "PUT_BACK" | "GONE":
            gone = inventory.StockRefused(order_id=ORDER_ID, reason="released", short=())
            return [Outcome(books, (gone,), "inventory refuses after the release")]
        case _:
            return [Outcome(books, reserved, "inventory has reserved already")]


def _firm(books: Books, *, release: bool) -> list[Outcome]:
    match books.stock:
        case "SOFT" | "FIRM" if release:
            not_ready = inventory.PartnerNotReady(order_id=ORDER_ID, reason="no-adapter")
            direct = replace(books, stock="RECEIVED", shipments=(QUANTITY,))
            return [
                advance(replace(books, stock="WAREHOUSE"), "inventory releases"),
                advance(direct, "the factory ships directly"),
                Outcome(replace(books, stock="FIRM"), (not_ready,), "the partner is not ready"),
            ]
        case "SOFT" | "FIRM":
            answer = inventory.ReservationFirmed(order_id=ORDER_ID)
            return [Outcome(replace(books, stock="FIRM"), (answer,), "inventory firms up")]
        case "WAREHOUSE" | "PICKED" | "PARTLY" | "SHIPPED" | "RECEIVED":
            return [Outcome(books, (picture(books),), "inventory tells again")]
        case _:  # who is told so can rely on it: a reserve that comes later is refused
            lost = inventory.ReservationLost(order_id=ORDER_ID)
            gone = replace(books, stock="GONE") if books.stock == "NONE" else books
            return [Outcome(gone, (lost,), "inventory has lost the reservation")]


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
    billing.ReleaseCredit: _release_credit,
    billing.IssueInvoice: _invoice,
    inventory.ReserveStock: _reserve,
    inventory.FirmReservation: lambda books, ask: _firm(books, release=ask.release),
    inventory.ReleaseToWarehouse: lambda books, _: _firm(books, release=True),
    inventory.CancelFulfilment: _cancel,
}
"""Every command that the saga may send."""


def spontaneous(books: Books) -> Iterator[Outcome]:
    """What people in the warehouse, the payer and time may do at any moment."""
    if books.stock == "SOFT":
        expired = inventory.ReservationExpired(order_id=ORDER_ID)
        yield Outcome(replace(books, stock="GONE"), (expired,), "the reservation expires")
    for stage, shipments, what in NEXT.get((books.stock, books.shipments), ()):
        yield advance(replace(books, stock=stage, shipments=shipments), what)
    if books.stock == "PUT_BACK":
        cancelled = inventory.FulfilmentCancelled(order_id=ORDER_ID)
        yield Outcome(replace(books, stock="GONE"), (cancelled,), "the goods are put back")
    if books.credit == "HELD" and books.covered < TOTAL_MINOR:
        paid, funds = _covered(books, TOTAL_MINOR)
        yield Outcome(paid, (funds,), "the dealer pays")


WHOLE, PART, PARTS = (QUANTITY,), (1,), (1, QUANTITY - 1)
NEXT: dict[tuple[str, tuple[int, ...]], tuple[tuple[str, tuple[int, ...], str], ...]] = {
    ("WAREHOUSE", ()): (("PICKED", (), "the picker picks"),),
    ("PICKED", ()): (
        ("SHIPPED", WHOLE, "the warehouse posts the outbound"),
        ("PARTLY", PART, "the warehouse posts a part of it"),
    ),
    ("PARTLY", PART): (("SHIPPED", PARTS, "the warehouse posts the rest"),),
    ("SHIPPED", WHOLE): (("RECEIVED", WHOLE, "the dealer receives"),),
    ("SHIPPED", PARTS): (("RECEIVED", PARTS, "the dealer receives both shipments"),),
}
"""What people do next, by the stage and the pieces in each shipment."""


def advance(books: Books, what: str) -> Outcome:
    """The next picture of the warehouse."""
    told = replace(books, revision=books.revision + 1)
    return Outcome(told, (picture(told),), what)


def picture(books: Books) -> inventory.FulfilmentAdvanced:
    """How far the warehouse is, as it tells the saga."""
    picked = 0 if books.stock == "WAREHOUSE" else QUANTITY
    received = QUANTITY if books.stock == "RECEIVED" else 0
    line = inventory.LineProgress(
        line_no=1,
        picked=picked,
        shipped=sum(books.shipments),
        delivered=received,
        received=received,
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
        started=bool(picked),
        lines=(line,),
        shipments=shipments,
    )
