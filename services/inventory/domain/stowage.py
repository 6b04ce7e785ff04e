"""Where goods lie and of which lot they are: first expired, first out (P-24)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from chassis.clock import BUSINESS_TIME
from chassis.errors import DomainError, InvalidRequest
from services.inventory.domain.fulfilment import Change, Fulfilment, Left, Line, Pick, Place


class TooLittleToPick(DomainError):
    """Too little of this lies there that may be picked.

    zh: 可拣的数量不足：库位或批次中的货物已过期、剩余有效期不够或已为其他订单配走。
    请按 lines 中的 found 数量配货，换一个批次，或登记缺货。

    What lies there has expired, is too short-lived for this dealer, or is picked for others: pick
    what `lines` says was found, name another lot, or report the rest as short.
    """


class GoodLotsMissing(DomainError):
    """Too little lies there that has not expired.

    zh: 未过期的库存不足。
    请按 lines 中的 found 数量减少；过期货物请以 EXPIRED 原因出库。

    Take what `lines` says was found; expired goods are issued with the reason EXPIRED.
    """


class NothingToMove(DomainError):
    """Less than that lies in the bin and is not picked.

    zh: 该库位中可移动的数量不足。
    请按 found 中的数量移动。

    Move at most `found`.
    """


class NoBinsHere(DomainError):
    """Goods of a virtual warehouse lie nowhere.

    zh: 直发仓库没有实物库存，不能设置库位。
    请选择由人工管理的仓库。

    Choose a warehouse that people work in.
    """

    status = 422


@dataclass(frozen=True, slots=True)
class Stowed:
    """What lies in one bin of one lot; `free` is not picked. Base units.

    `lot_unknown`: the SKU is kept by lot, but nobody said of which these are.
    """

    bin: str
    lot: str
    free: int
    expires_on: date | None = None
    lot_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """Where a picker says that he took it from; None: he does not say."""

    line_no: int
    quantity: int
    bin: str | None
    lot: str | None

    def fits(self, one: Stowed) -> bool:
        return self.bin in {None, one.bin} and self.lot in {None, one.lot}


Fit = Callable[[Stowed], bool]
"""Whether something may be taken."""


@dataclass(slots=True)
class Lying:
    """What lies on shelves that are kept by bin or lot; what is taken of it counts down."""

    shelves: Mapping[Place, Sequence[Stowed]]
    taken: Counter[tuple[Place, str, str]] = field(default_factory=Counter)

    def take(self, place: Place, quantity: int, fit: Fit) -> tuple[Pick, ...]:
        """So much, first expired first; less when there is less."""
        picks: list[Pick] = []
        for one in sorted(self.shelves.get(place, ()), key=_first_out):
            left = one.free - self.taken[place, one.bin, one.lot]
            if quantity and left > 0 and fit(one):
                part = min(quantity, left)
                picks.append(Pick(one.bin, one.lot, part))
                self.taken[place, one.bin, one.lot] += part
                quantity -= part
        return tuple(picks)


def today(now: datetime) -> date:
    """The day by which expiry is judged: that of the warehouses."""
    return now.astimezone(BUSINESS_TIME).date()


def good(one: Stowed, day: date, days_min: int = 0) -> bool:
    """Whether it may leave: on its last day it is good still (E-26).

    `days_min`: it must be good so many days later too. What is not kept by lot never expires.
    """
    if one.expires_on is None:
        return not one.lot_unknown
    return one.expires_on >= day + timedelta(days=days_min)


def takes(day: date, days_min: int = 0) -> Fit:
    """What is good on that day, and for so many days more."""
    return lambda one: good(one, day, days_min)


def pick(
    outcome: Change | DomainError, lying: Lying, named: Sequence[Named], fit: Fit
) -> Change | DomainError:
    """A confirmed pick, with the bins and lots it came from: as named, the rest as proposed.

    Refused: as it was, TooLittleToPick, InvalidRequest for a bin or lot of what is kept by neither.
    """
    if isinstance(outcome, DomainError):
        return outcome
    before = {line.line_no: line for line in outcome.before.lines}
    lines: list[Line] = []
    missing: list[dict[str, object]] = []
    for line in outcome.after.lines:
        now = line.picked - before[line.line_no].picked
        place = (outcome.after.warehouse_id, line.sku)
        own = [one for one in named if one.line_no == line.line_no and now]
        if place not in lying.shelves:
            if own and any(one.bin is not None or one.lot is not None for one in own):
                fault = f"{line.sku} is kept neither by bin nor by lot here."
                return InvalidRequest(("/lines", fault))
            lines.append(line)
            continue
        picks = _picked(lying, place, now, own, fit)
        if (found := _sum(picks)) < now:
            missing.append({"line_no": line.line_no, "sku": line.sku, "found": found})
        lines.append(replace(line, picks=merged((*line.picks, *picks))))
    if missing:
        return TooLittleToPick(lines=missing)
    return replace(outcome, after=replace(outcome.after, lines=tuple(lines)))


def complete(before: Fulfilment, lying: Lying) -> Fulfilment:
    """With a place for what was picked before its warehouse kept bins or lots."""
    lines = tuple(
        replace(line, picks=merged((*line.picks, *lying.take(place, line.unplaced, any_))))
        if (place := (before.warehouse_id, line.sku)) in lying.shelves and line.unplaced
        else line
        for line in before.lines
    )
    return replace(before, lines=lines)


def gone(
    lying: Lying, warehouse_id: UUID, moves: Sequence[Left], fits: Sequence[Fit]
) -> list[Left] | GoodLotsMissing:
    """From where goods left without an order: what meets the first condition, then the next one.

    Quantities of moves are negative, as in the ledger. Refused: GoodLotsMissing.
    """
    taken: list[Left] = []
    missing: list[dict[str, object]] = []
    for move in moves:
        picks: list[Pick] = []
        for fit in fits:
            rest = -move.quantity - _sum(picks)
            picks += lying.take((warehouse_id, move.sku), rest, fit)
        if (found := _sum(picks)) < -move.quantity:
            missing.append({"line_no": move.line_no, "sku": move.sku, "found": found})
        taken += (
            replace(move, bin=one.bin, lot=one.lot, quantity=-one.quantity) for one in merged(picks)
        )
    return GoodLotsMissing(lines=missing) if missing else taken


def arrived(sent: Sequence[Pick], quantity: int) -> tuple[Pick, ...]:
    """Of what was sent, so much came: the first of it, and what was sent of no known lot."""
    picks: list[Pick] = []
    for one in sent:
        if (part := min(quantity, one.quantity)) > 0:
            picks.append(Pick("", one.lot, part))
            quantity -= part
    return merged([*picks, *([Pick("", "", quantity)] if quantity else [])])


def merged(picks: Iterable[Pick]) -> tuple[Pick, ...]:
    """Equal bins and lots add up."""
    total: Counter[tuple[str, str]] = Counter()
    for one in picks:
        total[one.bin, one.lot] += one.quantity
    return tuple(Pick(bin_, lot, quantity) for (bin_, lot), quantity in sorted(total.items()))


@dataclass(frozen=True, slots=True)
class StowedChange:
    """What changes of what is stowed: base units by shelf, bin and lot."""

    quantity: Counter[tuple[UUID, str, str, str]]
    picked: Counter[tuple[UUID, str, str, str]]


def stowed_change(changes: Sequence[Change]) -> StowedChange:
    """What decisions about orders mean for bins and lots; derived, as `stock_change` is."""
    quantity: Counter[tuple[UUID, str, str, str]] = Counter()
    picked: Counter[tuple[UUID, str, str, str]] = Counter()
    for change in changes:
        for sign, fulfilment in ((-1, change.before), (+1, change.after)):
            for line in fulfilment.lines:
                for one in line.picks:
                    key = (fulfilment.warehouse_id, line.sku, one.bin, one.lot)
                    picked[key] += sign * one.quantity
        for shipment in change.after.shipments[len(change.before.shipments) :]:
            for left in shipment.stowed:
                key = (change.after.warehouse_id, left.sku, left.bin, left.lot)
                quantity[key] -= left.quantity
    return StowedChange(quantity, picked)


def _picked(
    lying: Lying, place: Place, quantity: int, named: Sequence[Named], fit: Fit
) -> list[Pick]:
    """As named where somebody named it; what nobody named, first expired first."""
    picks: list[Pick] = []
    for one in sorted(named, key=lambda one: (one.bin is None) + (one.lot is None)):
        picks += lying.take(place, one.quantity, partial(_fits_named, fit, one))
    if not named:
        picks += lying.take(place, quantity, fit)
    return picks


def _sum(picks: Iterable[Pick]) -> int:
    return sum(one.quantity for one in picks)


def _fits_named(fit: Fit, named: Named, one: Stowed) -> bool:
    return fit(one) and named.fits(one)


def _first_out(one: Stowed) -> tuple[date, str, bool, str]:
    return (one.expires_on or date.max, one.lot, not one.bin, one.bin)


def any_(_: Stowed) -> bool:
    return True
