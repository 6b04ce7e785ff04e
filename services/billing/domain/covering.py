"""What covers an order: money from the wallet goes to it, and comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from contracts.billing import FundsReturned, OrderFundsChanged, ReceiptAllocated
from services.billing.domain.books import Allocation, Books, Code, Kind, OrderAccount, OrderState


class OrderReleased(DomainError):
    """The order is cancelled or rejected and takes no money.

    zh: 订单已取消或已拒绝，不能再收款。
    款项请保留在该经销商的预存款中。

    Leave the money in the dealer's wallet.
    """


class NothingDue(DomainError):
    """The order is paid already.

    zh: 该订单已付清。
    款项仍在预存款中，可用于其他订单。

    The money is still in the wallet and can pay for other orders.
    """


@dataclass(frozen=True, slots=True)
class Share:
    """What of some money is meant for an order, in minor units."""

    order_id: UUID
    amount_minor: int


def foreign_orders(books: Books, dealer_id: UUID, shares: Sequence[Share]) -> InvalidRequest | None:
    """Names each share whose order is not the dealer's; unknown and foreign alike."""
    faults = [
        (f"/allocations/{place}/order_id", "This dealer has no such order.")
        for place, share in enumerate(shares)
        if (order := books.orders.get(share.order_id)) is None or order.dealer_id != dealer_id
    ]
    return InvalidRequest(*faults) if faults else None


def closed(order: OrderAccount) -> OrderReleased | NothingDue | None:
    """Why the order takes no money."""
    if order.open_due_minor:
        return None
    if order.state is OrderState.RELEASED:
        return OrderReleased(order_id=order.order_id, number=order.number, state=order.state)
    return NothingDue(
        order_id=order.order_id, number=order.number, covered_minor=order.covered_minor
    )


def part_of(books: Books, share: Share) -> int:
    """What of the share the order still needs."""
    return min(share.amount_minor, books.orders[share.order_id].open_due_minor)


def cover(books: Books, share: Share, receipt_id: UUID | None) -> None:
    """Take what an order still needs of the share out of the wallet; the rest stays there."""
    order, part = books.orders[share.order_id], part_of(books, share)
    if not part:
        return
    covered = replace(order, covered_minor=order.covered_minor + part, revision=order.revision + 1)
    books.move(Kind.ALLOCATION, covered, receipt_id or order.order_id, {Code.WALLET: part})
    books.allocate(Allocation(order.order_id, order.dealer_id, receipt_id, part))
    books.messages += [
        ReceiptAllocated(
            dealer_id=order.dealer_id,
            receipt_id=receipt_id,
            order_id=order.order_id,
            number=order.number,
            amount_minor=part,
            covered_minor=covered.covered_minor,
            total_minor=order.total_minor,
        ),
        funds_changed(covered),
    ]


def uncover(books: Books, kind: Kind, order: OrderAccount, document_id: UUID) -> None:
    """Put an order that is covered less in place of its former self; the money is the wallet's."""
    less = books.orders[order.order_id].covered_minor - order.covered_minor
    bare = replace(order, revision=order.revision + 1)
    books.move(kind, bare, document_id, {Code.WALLET: -less})
    books.messages.append(funds_changed(bare))


def give_back(books: Books, order: OrderAccount, back_minor: int) -> OrderAccount:
    """Put an order in place of its former self with so much less of its cover, newest first; that
    goes to the wallet. Returns the order as it now is.
    """
    bare = replace(
        order,
        covered_minor=order.covered_minor - back_minor,
        returned_minor=order.returned_minor + back_minor,
    )
    uncover(books, Kind.RETURN, bare, order.order_id)
    _undo_newest(books, order.order_id, back_minor)
    books.messages.append(
        FundsReturned(
            dealer_id=order.dealer_id,
            order_id=order.order_id,
            number=order.number,
            amount_minor=back_minor,
        )
    )
    return books.orders[order.order_id]


def _undo_newest(books: Books, order_id: UUID, amount_minor: int) -> None:
    for allocation in books.standing(order_id):
        part = min(allocation.amount_minor, amount_minor)
        if part:
            books.undo(allocation, part)
        amount_minor -= part


def funds_changed(order: OrderAccount) -> OrderFundsChanged:
    return OrderFundsChanged(
        order_id=order.order_id, revision=order.revision, covered_minor=order.settled_minor
    )
