"""Picking: what a warehouse does with an order that was released to it, until it may go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from contracts.dealers import DealerStatus
from contracts.inventory import (
    FulfilmentCancelled,
    PickCompleted,
    PickShort,
    PickStarted,
    PickTaskCreated,
    PutBackConfirmed,
    ShortLine,
)
from contracts.message import Message
from services.inventory.domain.fulfilment import (
    Change,
    Doubt,
    Fulfilment,
    Line,
    PickStatus,
    PickTask,
    ShortReason,
    State,
    about,
    advanced,
    with_task,
)
from services.inventory.domain.stowage import Named


class DealerOnStop(DomainError):
    """The dealer is on stop: nothing more is picked for him.

    zh: 该经销商已停止发货，不能配货。
    请先由管理人员恢复该经销商的合作状态。

    An administrator must reinstate the dealer first.
    """


class PickTaskMovedOn(DomainError):
    """The pick task is not in a state that allows this.

    zh: 配货单的当前状态不允许此操作。
    请刷新后查看 current_status 与 allowed_actions。

    Load it again; `current_status` says where it is, and `allowed_actions` what can be done.
    """


class PickedTooMuch(DomainError):
    """More is confirmed than remains to be picked.

    zh: 配货数量超过了待配数量。
    请按 lines 中列出的待配数量确认。

    `lines` says how much of each line remains to be picked.
    """


@dataclass(frozen=True, slots=True)
class PickTaskAsk:
    """Somebody wants to start a pick task, or to confirm that its goods are put back."""

    pick_task_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True)
class PickAsk(PickTaskAsk):
    """`quantities`: base units by line number, on top of what was picked before; None: the rest.

    `named`: from which bins and lots, where the picker says so.
    """

    quantities: Mapping[int, int] | None = None
    named: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """So much of a line is not where it should be, or cannot be sent."""

    line_no: int
    quantity: int
    reason: ShortReason


@dataclass(frozen=True, slots=True)
class ShortAsk(PickTaskAsk):
    """A picker does not bring these goods; of a line, several reasons add up."""

    missing: tuple[Missing, ...]


def release(before: Fulfilment, task_id: UUID, number: str, now: datetime) -> Change:
    """Put a held order into the queue of the pickers."""
    task = PickTask(task_id, number, PickStatus.OPEN, created_at=now)
    created = PickTaskCreated(**about(before), pick_task_id=task_id, pick_number=number)
    after = with_task(replace(before, state=State.IN_WAREHOUSE), task)
    return advanced(before, after, created)


def start(
    before: Fulfilment, ask: PickTaskAsk, dealer: DealerStatus | None, now: datetime
) -> Change | DomainError:
    """A picker begins. Refused: PickTaskMovedOn, DealerOnStop."""
    task = _task(before, ask)
    if task.status is not PickStatus.OPEN:
        return _moved_on(task)
    if dealer is DealerStatus.ON_STOP:
        return DealerOnStop(dealer_id=before.dealer_id)
    begun = replace(
        task, status=PickStatus.PICKING, picker_ids=_with(task, ask.user_id), started_at=now
    )
    started = PickStarted(**about(before), pick_task_id=task.pick_task_id)
    return advanced(before, with_task(before, begun), started)


def confirm(before: Fulfilment, ask: PickAsk, now: datetime) -> Change | DomainError:
    """Count what was picked; the task stays open for what is missing.

    Refused: PickTaskMovedOn, InvalidRequest for an unknown line, PickedTooMuch.
    """
    task = _task(before, ask)
    if task.status is not PickStatus.PICKING:
        return _moved_on(task)
    picked = _rest(before) if ask.quantities is None else ask.quantities
    if fault := _fault(before, picked):
        return fault
    lines = tuple(
        replace(line, picked=line.picked + picked.get(line.line_no, 0)) for line in before.lines
    )
    return _counted(before, lines, replace(task, picker_ids=_with(task, ask.user_id)), now)


def shorten(before: Fulfilment, ask: ShortAsk, now: datetime) -> Change | DomainError:
    """What a picker does not bring is backordered, and in doubt until somebody counts (F-57).

    The goods were promised, so they follow whatever the order says of shortages; it may give them
    up. Refused: PickTaskMovedOn, InvalidRequest for an unknown line, PickedTooMuch.
    """
    task = _task(before, ask)
    if task.status is not PickStatus.PICKING:
        return _moved_on(task)
    missing: Counter[int] = Counter()
    for one in ask.missing:
        missing[one.line_no] += one.quantity
    if fault := _fault(before, missing):
        return fault
    skus = {line.line_no: line.sku for line in before.lines}
    lines = tuple(
        replace(line, backordered=line.backordered + missing[line.line_no]) for line in before.lines
    )
    short = PickShort(
        **about(before),
        pick_task_id=task.pick_task_id,
        lines=tuple(
            ShortLine(
                line_no=one.line_no,
                sku=skus[one.line_no],
                quantity=one.quantity,
                reason=one.reason,
            )
            for one in ask.missing
        ),
    )
    doubts = tuple(
        Doubt(
            task.pick_task_id,
            one.line_no,
            skus[one.line_no],
            one.quantity,
            one.reason,
            ask.user_id,
            now,
        )
        for one in ask.missing
    )
    task = replace(task, picker_ids=_with(task, ask.user_id))
    change = _counted(before, lines, task, now, short)
    return replace(change, doubts=doubts)


def put_back(before: Fulfilment, ask: PickTaskAsk) -> Change | DomainError:
    """The goods of a cancelled order are back in their bins: now they are free for others.

    Refused: PickTaskMovedOn.
    """
    task = _task(before, ask)
    if task.status is not PickStatus.PUT_BACK:
        return _moved_on(task)
    lines = tuple(replace(line, picked=0, picks=()) for line in before.lines)
    after = with_task(
        replace(before, state=State.CANCELLED, lines=lines),
        replace(task, status=PickStatus.CANCELLED),
    )
    return Change(
        before,
        after,
        (
            PutBackConfirmed(**about(before), pick_task_id=task.pick_task_id),
            FulfilmentCancelled(order_id=before.order_id),
        ),
    )


def possible(status: PickStatus) -> tuple[str, ...]:
    """What can be done with a task in this state, whoever asks."""
    match status:
        case PickStatus.OPEN:
            return ("start",)
        case PickStatus.PICKING:
            return ("confirm", "short", "post")
        case PickStatus.PICKED:
            return ("post",)
        case PickStatus.PUT_BACK:
            return ("put-back",)
        case PickStatus.SHIPPED | PickStatus.CANCELLED:
            return ()


def _counted(
    before: Fulfilment, lines: tuple[Line, ...], task: PickTask, now: datetime, *events: Message
) -> Change:
    """The task ends when nothing is left to pick: completed, or cancelled when all was missing."""
    counted = replace(before, lines=lines)
    if any(line.to_pick for line in lines):
        return advanced(before, with_task(counted, task), *events)
    if not any(line.to_ship for line in lines):
        task = replace(task, status=PickStatus.CANCELLED)
        return advanced(before, with_task(counted, task), *events)
    task = replace(task, status=PickStatus.PICKED, completed_at=now)
    completed = PickCompleted(**about(before), pick_task_id=task.pick_task_id)
    return advanced(before, with_task(counted, task), *events, completed)


def _fault(before: Fulfilment, picked: Mapping[int, int]) -> DomainError | None:
    remaining = _rest(before, also_nothing=True)
    if unknown := sorted(picked.keys() - remaining.keys()):
        return InvalidRequest(*(("/lines", f"The order has no line {no}.") for no in unknown))
    too_much = [
        {"line_no": no, "to_pick": remaining[no], "confirmed": quantity}
        for no, quantity in sorted(picked.items())
        if quantity > remaining[no]
    ]
    return PickedTooMuch(lines=too_much) if too_much else None


def _rest(before: Fulfilment, *, also_nothing: bool = False) -> dict[int, int]:
    """What remains to be picked, by line number."""
    return {line.line_no: line.to_pick for line in before.lines if line.to_pick or also_nothing}


def _task(fulfilment: Fulfilment, ask: PickTaskAsk) -> PickTask:
    return next(one for one in fulfilment.tasks if one.pick_task_id == ask.pick_task_id)


def _with(task: PickTask, user_id: UUID) -> tuple[UUID, ...]:
    return task.picker_ids if user_id in task.picker_ids else (*task.picker_ids, user_id)


def _moved_on(task: PickTask) -> PickTaskMovedOn:
    return PickTaskMovedOn(pick_task_id=task.pick_task_id, current_status=task.status)
