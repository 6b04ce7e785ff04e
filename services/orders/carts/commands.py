"""What a buyer does to his carts and to his dealer's templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from chassis.auth import Actor, Role
from chassis.db import Tx
from chassis.errors import DomainError, InvalidRequest, NotFound
from chassis.http import check_version
from chassis.ids import uuid7
from contracts.catalog import PricedLine
from contracts.quotes import Quote
from services.orders.carts import domain, store
from services.orders.carts.domain import Cart, CartLine, Filled, Template, WantedLine
from services.orders.commands.submitting import submit_orders
from services.orders.domain.order import Order
from services.orders.domain.submission import Submission, UnknownDealer, line_asks
from services.orders.schemas import LINES_MAX as ORDER_LINES_MAX
from services.orders.store import orders as order_store
from services.orders.store import projections


class NewCart(NamedTuple):
    """Fill a cart that is opened for it."""

    name: str
    dealer_id: UUID


@dataclass(frozen=True, slots=True)
class Checkout:
    """How a cart is to be ordered; `numbers` are enough for the orders that it may become."""

    numbers: Sequence[str]
    quote: Quote | None
    seen: Quote | None
    expected_total_minor: int | None
    note: str | None


def orders_max() -> int:
    """How many orders a cart may become."""
    return -(-domain.LINES_MAX // ORDER_LINES_MAX)


async def open_cart(tx: Tx, actor: Actor, new: NewCart) -> Cart:
    """An empty cart. Raises UnknownDealer."""
    return await _save(tx, await _opened(tx, actor, new))


async def set_lines(
    tx: Tx, actor: Actor, cart_id: UUID, changes: Sequence[WantedLine], if_match: int | None
) -> Cart:
    """Set quantities, all of them or none; 0 takes a line out.

    Raises NotFound, StaleVersion, CartOrderedAlready, InvalidRequest, CartFull.
    """
    cart = await _locked(tx, actor, cart_id)
    domain.check_open(cart)
    check_version(cart.version, if_match)
    articles = await store.articles(tx, [line.sku for line in changes])
    return await _save(tx, domain.with_lines(cart, changes, articles))


async def fill_cart(
    tx: Tx, actor: Actor, target: UUID | NewCart, wanted: Sequence[WantedLine]
) -> Filled:
    """Add lines to a cart of the actor; every line is answered, and none spoils the others.

    Raises NotFound, CartOrderedAlready, UnknownDealer.
    """
    if isinstance(target, NewCart):
        cart = await _opened(tx, actor, target)
    else:
        cart = await _locked(tx, actor, target)
        domain.check_open(cart)
    articles = await store.articles(tx, {one.sku for one in wanted})
    filled = domain.fill(cart, wanted, articles)
    return replace(filled, cart=await _save(tx, filled.cart))


async def submit_cart(tx: Tx, actor: Actor, cart_id: UUID, checkout: Checkout) -> list[Order]:
    """Order what is in the cart, once: a cart that was ordered answers with its orders.

    More lines than an order holds become several orders. Raises NotFound, EmptyCart, PriceChanged,
    InvalidRequest where the quote is for something else, and the refusals of `submit_orders`.
    """
    cart = await _locked(tx, actor, cart_id)
    if cart.order_ids:
        found = await order_store.lock_orders(tx, cart.order_ids)
        return [found[order_id] for order_id in cart.order_ids]
    if not cart.lines:
        raise domain.EmptyCart
    outcomes = await submit_orders(tx, _submissions(actor, cart, checkout))
    orders = [order for order in outcomes if isinstance(order, Order)]
    if refused := next((one for one in outcomes if isinstance(one, DomainError)), None):
        raise refused
    await _save(tx, replace(cart, order_ids=tuple(order.order_id for order in orders)))
    return orders


async def delete_cart(tx: Tx, actor: Actor, cart_id: UUID) -> None:
    """Raises NotFound."""
    cart = await _locked(tx, actor, cart_id)
    await store.delete_cart(tx, cart.cart_id)


async def save_template(
    tx: Tx, actor: Actor, name: str, dealer_id: UUID, lines: Sequence[CartLine]
) -> Template:
    """Keep lines for all users of a dealer. Raises EmptyCart, TemplateExists."""
    if not lines:
        raise domain.EmptyCart
    template = Template(uuid7(), dealer_id, name, tuple(lines), actor.user_id, datetime.now(UTC))
    if not await store.insert_template(tx, template):
        raise domain.TemplateExists(name=name)
    return template


async def delete_template(tx: Tx, template_id: UUID) -> None:
    """Whoever sees it may."""
    await store.delete_template(tx, template_id)


async def _locked(tx: Tx, actor: Actor, cart_id: UUID) -> Cart:
    cart = await store.lock_cart(tx, cart_id, actor.user_id)
    if cart is None:
        raise NotFound
    return cart


async def _opened(tx: Tx, actor: Actor, new: NewCart) -> Cart:
    dealer = (await projections.dealers(tx, [new.dealer_id])).get(new.dealer_id)
    if dealer is None or _seller_id(actor) not in {None, dealer.salesperson_id}:
        fault = {"pointer": "/dealer_id", "fault": "no such dealer in your scope"}
        raise UnknownDealer(faults=[fault])
    return Cart(uuid7(), new.dealer_id, actor.user_id, new.name, datetime.now(UTC))


async def _save(tx: Tx, cart: Cart) -> Cart:
    saved = replace(cart, version=cart.version + 1, changed_at=datetime.now(UTC))
    await store.save_cart(tx, saved)
    return saved


def _seller_id(actor: Actor) -> UUID | None:
    """The salesperson whom the dealer must belong to; None: any dealer."""
    return actor.user_id if Role.SAL in actor.roles and not actor.sees_all else None


def _submissions(actor: Actor, cart: Cart, checkout: Checkout) -> list[Submission]:
    parts = domain.parted(cart.lines, ORDER_LINES_MAX)
    if len(parts) > 1 and (checkout.quote or checkout.expected_total_minor is not None):
        raise domain.TooLongForOnePrice(lines=len(cart.lines), lines_max=ORDER_LINES_MAX)
    now = datetime.now(UTC)
    return [
        Submission(
            order_id=uuid7(),
            number=number,
            dealer_id=cart.dealer_id,
            placed_by=actor.user_id,
            on_behalf=actor.dealer_id is None,
            seller_id=_seller_id(actor),
            submitted_at=now,
            lines=line_asks(part),
            priced=_quoted(checkout.quote, cart),
            seen=checkout.seen.lines if checkout.seen else (),
            expected_total_minor=checkout.expected_total_minor,
            note=checkout.note,
        )
        for number, part in zip(checkout.numbers, parts, strict=False)
    ]


def _quoted(quote: Quote | None, cart: Cart) -> tuple[PricedLine, ...]:
    """The prices that were promised for just this cart. Raises InvalidRequest."""
    if quote is None:
        return ()
    if quote.dealer_id != cart.dealer_id or [
        (line.sku, line.quantity) for line in quote.lines
    ] != list(cart.lines):
        raise InvalidRequest(("/quote", "The quote is for another dealer or for other lines."))
    return quote.lines
