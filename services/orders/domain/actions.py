"""What people may do to an order, when, and what that adds to its facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from contracts.orders import Hold
from services.orders.domain import amending, closing
from services.orders.domain.amending import (
    AmendmentAsk,
    AmendmentPending,
    WantedLine,
    amendable,
)
from services.orders.domain.closing import closable
from services.orders.domain.holds import Held, holding, kinds, without
from services.orders.domain.order import Credit, Ending, Order, Status, changed


class WrongState(DomainError):
    """The order's state does not allow this.

    zh: 订单当前状态不允许此操作。
    """


class AlreadyShipped(DomainError):
    """Goods have left the warehouse: the order cannot be cancelled, they can be returned.

    zh: 已有货物出库,订单不能取消,请走退货流程。
    """


class ConfirmedAlready(DomainError):
    """The order is confirmed: ask your salesperson to cancel it.

    zh: 订单已确认,请联系业务员取消。
    """


class StartedAlready(DomainError):
    """Picking has begun: ask your salesperson to amend the order.

    zh: 订单已开始配货,请联系业务员变更。
    """


class NotHeld(DomainError):
    """The order has no such hold.

    zh: 订单没有该挂起原因。
    """


class DealerStopped(DomainError):
    """The dealer is stopped: his orders wait until he is reinstated.

    zh: 该经销商已被停止发货，其订单须等待恢复。
    请先恢复该经销商，订单会自动继续。

    Reinstate the dealer; his orders go on by themselves.
    """


class ApprovedByPlacer(DomainError):
    """Another person than the one who placed or amended the order must let it go on.

    zh: 必须由下单人或改单人以外的人放行该订单。
    请由另一位有权限的同事处理。

    Ask a colleague who may.
    """

    status = 403


def confirm(order: Order, user_id: UUID, now: datetime) -> Order | DomainError:
    """Give the promise. AmendmentPending, WrongState unless the order waits for it."""
    if order.amending:
        return AmendmentPending(amendment=order.amending.number)
    if order.status is not Status.PENDING_CONFIRMATION:
        return _wrong(order, "confirm")
    return changed(order, confirmed_by=user_id, confirmed_at=now)


def reject(order: Order, reason: str) -> Order | DomainError:
    """Refuse the promise. WrongState once it was given."""
    if order.status not in {Status.PENDING_CONFIRMATION, Status.ON_HOLD} or order.confirmed:
        return _wrong(order, "reject")
    return changed(order, ending=Ending.REJECTED, reason=reason)


def cancel(order: Order, reason: str) -> Order | DomainError:
    """Undo the order. WrongState at or on the way to an end, AlreadyShipped past the pivot."""
    if order.shipped:
        return AlreadyShipped(shipments=[shipment.number for shipment in order.shipments])
    if order.progress.ended or order.ending:
        return _wrong(order, "cancel")
    return changed(order, ending=Ending.CANCELLED, reason=reason)


def hold(order: Order, held: Held, now: datetime) -> Order | DomainError:
    """Stop the order by hand, perhaps until some time.

    WrongState unless it waits for people, InvalidRequest when that time is past.
    """
    if not _holdable(order):
        return _wrong(order, "hold")
    if held.until and held.until <= now:
        return InvalidRequest(("/until", "That time has passed: name a later one, or none."))
    return changed(order, holds=holding(order.holds, held))


def release_hold(order: Order, kind: Hold, user_id: UUID) -> Order | DomainError:
    """Let the order go on. NotHeld, WrongState on the way to an end, DealerStopped.

    ApprovedByPlacer: whoever placed an order, or amended it last, neither approves it nor lets it
    exceed the dealer's limit.
    """
    if order.progress.ended or order.ending:
        return _wrong(order, "release-hold")
    if kind not in kinds(order.holds):
        return NotHeld(hold=kind, holds=sorted(kinds(order.holds)))
    freed = changed(order, holds=without(order.holds, kind))
    match kind:
        case Hold.DEALER:
            return DealerStopped(dealer_id=order.dealer_id)
        case Hold.APPROVAL | Hold.CREDIT if user_id in _askers(order):
            return ApprovedByPlacer()
        case Hold.CREDIT:
            return changed(freed, credit=Credit.UNKNOWN, over_limit_approved=True)
        case _:
            return freed


def _askers(order: Order) -> set[UUID]:
    """Who wants the order as it is."""
    return {order.placed_by} | ({order.amendment.asked_by} if order.amendment else set())


def amend(
    order: Order, wanted: Sequence[WantedLine], ask: AmendmentAsk, now: datetime
) -> Order | DomainError:
    """Ask for other lines. WrongState before the first checks and at the end, on hold; and
    the refusals of `amending.amend`.
    """
    if order.status not in amending.AMENDABLE:
        return _wrong(order, "amend")
    return amending.amend(order, wanted, ask, now)


def close_remainder(order: Order, reason: str, user_id: UUID, now: datetime) -> Order | DomainError:
    """Give up what has not left. WrongState at or on the way to an end, and the refusals of
    `closing.close_remainder`.
    """
    if order.progress.ended or order.ending:
        return _wrong(order, "close-remainder")
    return closing.close_remainder(order, reason, user_id, now)


def allowed(order: Order) -> list[str]:
    """Actions that the state allows; whether the caller may do them is access's question."""
    open_ = not order.progress.ended and not order.ending
    rejectable = order.status in {Status.PENDING_CONFIRMATION, Status.ON_HOLD}
    return [
        action
        for action, possible in (
            (
                "confirm",
                order.status is Status.PENDING_CONFIRMATION and not order.amending,
            ),
            ("reject", rejectable and not order.confirmed),
            ("hold", _holdable(order)),
            ("release-hold", open_ and bool(order.holds)),
            ("cancel", open_ and not order.shipped),
            ("amend", amendable(order)),
            ("close-remainder", open_ and closable(order)),
        )
        if possible
    ]


def _holdable(order: Order) -> bool:
    """It waits for people, the warehouse does not have it, and nobody has held it by hand yet."""
    waits = order.status in {Status.PENDING_CONFIRMATION, Status.CONFIRMED, Status.ON_HOLD}
    return waits and not order.released and Hold.MANUAL not in kinds(order.holds)


def _wrong(order: Order, action: str) -> WrongState:
    return WrongState(action=action, current_status=order.status, allowed=allowed(order))
