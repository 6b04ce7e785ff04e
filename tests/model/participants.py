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
SHIPMENT_ID = UUID(int=2)
QUANTITY, PRICE_MINOR = 2, 500
TOTAL_MINOR = QUANTITY * PRICE_MINOR


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
    invoices: int = 0
    stock: str = "NONE"  # NONE SOFT FIRM WAREHOUSE PICKED PUT_BACK SHIPPED RECEIVED GONE REFUSED
    cancel_asked: bool = False
    revision: int = 0

    @property
    def reserved(self) -> bool:
        return self.stock in {"SOFT", "FIRM", "WAREHOUSE", "PICKED", "PUT_BACK"}


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
        unit_price="5",
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
    outcomes = [Outcome(replace(books, credit="HELD"), held, "billing holds")]
    if not ask.approved_over_limit:
        over = billing.CreditRefused(order_id=ORDER_ID, reason="over-limit")
        outcomes.append(Outcome(books, (over,), "billing says over the limit"))
    return outcomes


def _release_credit(books: Books, _: billing.ReleaseCredit) -> list[Outcome]:
    returned = books.returned + books.covered
    state = replace(books, credit="RELEASED", returned=returned, covered=0)
    answer = billing.CreditReleased(order_id=ORDER_ID, returned_minor=returned)
    return [Outcome(state, (answer,), "billing releases")]


def _invoice(books: Books, _: billing.IssueInvoice) -> list[Outcome]:
    assert books.credit == "HELD", "invoiced without a held credit"
    assert books.stock in {"SHIPPED", "RECEIVED"}, "invoiced before anything left"
    answer = billing.ShipmentInvoiced(
        order_id=ORDER_ID,
        shipment_id=SHIPMENT_ID,
        invoice_id=UUID(int=4),
        invoice_number="FP-1",
        gross_minor=TOTAL_MINOR,
    )
    return [Outcome(replace(books, invoices=1), (answer,), "billing invoices")]


def _reserve(books: Books, _: inventory.ReserveStock) -> list[Outcome]:
    reserved = (inventory.StockReserved(order_id=ORDER_ID),)
    match books.stock:
        case "NONE":
            short = inventory.StockRefused(order_id=ORDER_ID, reason="short", short=("A",))
            return [
                Outcome(replace(books, stock="SOFT"), reserved, "inventory reserves"),
                Outcome(replace(books, stock="REFUSED"), (short,), "inventory is short"),
            ]
        case "REFUSED":
            short = inventory.StockRefused(order_id=ORDER_ID, reason="short", short=("A",))
            return [Outcome(books, (short,), "inventory is short still")]
        case "GONE":
            gone = inventory.StockRefused(order_id=ORDER_ID, reason="released", short=())
            return [Outcome(books, (gone,), "inventory refuses after the release")]
        case _:
            return [Outcome(books, reserved, "inventory has reserved already")]


def _firm(books: Books, *, release: bool) -> list[Outcome]:
    match books.stock:
        case "SOFT" | "FIRM" if release:
            return [advance(replace(books, stock="WAREHOUSE"), "inventory releases")]
        case "SOFT" | "FIRM":
            answer = inventory.ReservationFirmed(order_id=ORDER_ID)
            return [Outcome(replace(books, stock="FIRM"), (answer,), "inventory firms up")]
        case "WAREHOUSE" | "PICKED" | "SHIPPED" | "RECEIVED":
            return [Outcome(books, (picture(books),), "inventory tells again")]
        case _:
            lost = inventory.ReservationLost(order_id=ORDER_ID)
            return [Outcome(books, (lost,), "inventory has lost the reservation")]


def _cancel(books: Books, _: inventory.CancelFulfilment) -> list[Outcome]:
    cancelled = (inventory.FulfilmentCancelled(order_id=ORDER_ID),)
    match books.stock:
        case "SHIPPED" | "RECEIVED":
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
    if books.stock in NEXT:
        stage, what = NEXT[books.stock]
        yield advance(replace(books, stock=stage), what)
    if books.stock == "PUT_BACK":
        cancelled = inventory.FulfilmentCancelled(order_id=ORDER_ID)
        yield Outcome(replace(books, stock="GONE"), (cancelled,), "the goods are put back")
    if books.credit == "HELD" and books.covered < TOTAL_MINOR:
        paid = replace(books, covered=TOTAL_MINOR, funds_revision=books.funds_revision + 1)
        funds = billing.OrderFundsChanged(
            order_id=ORDER_ID, revision=paid.funds_revision, covered_minor=TOTAL_MINOR
        )
        yield Outcome(paid, (funds,), "the dealer pays")


NEXT = {
    "WAREHOUSE": ("PICKED", "the picker picks"),
    "PICKED": ("SHIPPED", "the warehouse posts the outbound"),
    "SHIPPED": ("RECEIVED", "the dealer receives"),
}


def advance(books: Books, what: str) -> Outcome:
    """The next picture of the warehouse."""
    told = replace(books, revision=books.revision + 1)
    return Outcome(told, (picture(told),), what)


def picture(books: Books) -> inventory.FulfilmentAdvanced:
    """How far the warehouse is, as it tells the saga."""
    stages = ("WAREHOUSE", "PICKED", "SHIPPED", "RECEIVED")
    far = stages.index(books.stock)
    picked, shipped, received = (QUANTITY if far >= n else 0 for n in (1, 2, 3))
    line = inventory.LineProgress(
        line_no=1, picked=picked, shipped=shipped, delivered=received, received=received
    )
    shipment = inventory.ShipmentProgress(
        shipment_id=SHIPMENT_ID,
        number="CK-1",
        status=ShipmentStatus.RECEIVED if received else ShipmentStatus.READY,
        lines=(inventory.ShipmentLine(line_no=1, sku="A", quantity=QUANTITY),),
    )
    return inventory.FulfilmentAdvanced(
        order_id=ORDER_ID,
        revision=books.revision,
        started=bool(picked),
        lines=(line,),
        shipments=(shipment,) if shipped else (),
    )
