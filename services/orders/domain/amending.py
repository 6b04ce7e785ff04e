"""Other lines for an order that was placed (S-4, P-23): what may be asked, and what becomes of it.

Of a line of which goods have left nothing changes any more: parts of it may be invoiced, at shares
of its amounts, and these shares must go on adding up to the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from contracts.catalog import PricedLine
from contracts.inventory import LineCount
from services.orders.domain.lines import Amendment, Line
from services.orders.domain.order import Order, Status, changed

AMENDABLE = frozenset({Status.PENDING_CONFIRMATION, Status.CONFIRMED, Status.IN_FULFILMENT})


class AmendmentPending(DomainError):
    """An amendment of the order is being checked.

    zh: 订单正在变更校验中。
    请等待变更生效或被拒绝后再试。

    Wait until it is in force or refused, then try again.
    """


class RemainderClosed(DomainError):
    """The rest of the order is given up.

    zh: 订单的剩余部分已关闭，不能再变更。
    请另行下单。

    Place a new order for what is wanted.
    """


class LineShipped(DomainError):
    """Goods of this line have left: it keeps its quantity and its price.

    zh: 该订单行已有货物出库，数量和价格不能再变更。
    需要增加请新增一行，不再需要的部分请关闭剩余。

    Add a line for more; close the remainder for less.
    """


class NothingAmended(DomainError):
    """The order has these lines already.

    zh: 变更内容与订单现有内容一致。
    """

    status = 422


class NothingLeft(DomainError):
    """No line would be left.

    zh: 变更后订单将没有任何商品。
    请改为取消订单。

    Cancel the order instead.
    """

    status = 422


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line as somebody wants it; without a number it is a new one."""

    line_no: int | None
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class AmendmentAsk:
    """Who asks for other lines, and why."""

    reason: str
    asked_by: UUID
    by_dealer: bool
    lines_max: int
    """How many lines an order may have."""


def amend(
    order: Order, wanted: Sequence[WantedLine], ask: AmendmentAsk, now: datetime
) -> Order | DomainError:
    """Ask for other lines; they come into force when all checks passed.

    AmendmentPending, RemainderClosed, InvalidRequest for a line that is not the order's,
    NothingAmended, LineShipped, NothingLeft.
    """
    if refusal := not_now(order):
        return refusal
    if faults := list(_faults(order, wanted, ask.lines_max)):
        return InvalidRequest(*faults)
    lines = tuple(_wanted_lines(order, wanted))
    if not lines:
        return NothingAmended()
    if shipped := [line.line_no for line in lines if line.shipped]:
        return LineShipped(lines=shipped)
    number = order.amendment.number + 1 if order.amendment else 1
    amendment = Amendment(number, ask.asked_by, ask.by_dealer, now, ask.reason, order.total, lines)
    asked = changed(order, amendment=amendment)
    if not any(line.quantity for line in _merged(asked, amendment)):
        return NothingLeft()
    return asked if any(line.quantity for line in lines) else priced(asked, ())


def not_now(order: Order) -> DomainError | None:
    """Why the order's lines cannot be touched, whatever is wanted: AmendmentPending,
    RemainderClosed.
    """
    if order.amending:
        return AmendmentPending(amendment=order.amending.number)
    if order.closing:
        return RemainderClosed()
    return None


def amendable(order: Order) -> bool:
    """Whether the order's state allows to amend it."""
    return order.status in AMENDABLE and not not_now(order)


def _faults(
    order: Order, wanted: Sequence[WantedLine], lines_max: int
) -> Iterable[tuple[str, str]]:
    known = {line.line_no: line for line in order.lines}
    seen: set[int] = set()
    for place, line in enumerate(wanted):
        if line.line_no is None:
            if not line.quantity:
                yield f"/lines/{place}/quantity", "A new line needs a quantity."
        elif line.line_no not in known or known[line.line_no].sku != line.sku:
            yield f"/lines/{place}/line_no", "The order has no such line of this SKU."
        elif line.line_no in seen:
            yield f"/lines/{place}/line_no", "Named twice."
        else:
            seen.add(line.line_no)
    if len(known) + sum(line.line_no is None for line in wanted) > lines_max:
        yield "/lines", f"An order has {lines_max} lines at most; place another one."


def _wanted_lines(order: Order, wanted: Sequence[WantedLine]) -> Iterable[Line]:
    """Those that differ from the order's, without a price where something is left of them."""
    known = {line.line_no: line for line in order.lines}
    line_no = max(known)
    for line in wanted:
        if line.line_no is None:
            line_no += 1
            yield Line(line_no, line.sku, line.quantity)
        elif not line.quantity and known[line.line_no].quantity:
            nothing = {"net_minor": 0, "tax_minor": 0, "gross_minor": 0}
            yield changed(known[line.line_no], quantity=0, **nothing)
        elif line.quantity != known[line.line_no].quantity:
            yield changed(known[line.line_no], quantity=line.quantity)


def _merged(order: Order, amendment: Amendment) -> tuple[Line, ...]:
    """The order's lines with those of the amendment; what is picked of a line stays true."""
    new = {line.line_no: line for line in amendment.lines}
    kept = tuple(
        changed(new.pop(line.line_no), **progress_of(line)) if line.line_no in new else line
        for line in order.lines
    )
    return (*kept, *new.values())


def progress_of(line: Line) -> dict[str, int]:
    """How far the goods of a line are."""
    return {
        "picked": line.picked,
        "shipped": line.shipped,
        "delivered": line.delivered,
        "received": line.received,
        "backordered": line.backordered,
        "closed": line.closed,
    }


def priced(order: Order, prices: Iterable[PricedLine]) -> Order:
    """Catalog priced the lines that change; the total may be refused for what it would mean."""
    amendment = order.amending
    if amendment is None or amendment.total_minor is not None:
        return order
    by_line = {price.line_no: price for price in prices}
    lines = tuple(
        with_price(line, by_line[line.line_no]) if line.line_no in by_line else line
        for line in amendment.lines
    )
    with_lines = replace(amendment, lines=lines)
    total = sum(line.gross_minor or 0 for line in _merged(order, with_lines))
    if reason := _unpayable(order, amendment, total):
        return refused(order, amendment.number, reason)
    return changed(order, amendment=replace(with_lines, total_minor=total))


def _unpayable(order: Order, amendment: Amendment, total_minor: int) -> str:
    """Why nobody may promise such a total; empty when that is no question."""
    if total_minor <= order.total:
        return ""
    if order.released and order.covered_minor < order.due_of(total_minor):
        return "payment-due"  # the warehouse has it: no gate would wait for the money any more
    promised = max(order.total, order.terms.auto_confirm_max_minor)
    if amendment.by_dealer and order.confirmed and total_minor > promised:
        return "needs-salesperson"
    return ""


def with_price(line: Line, price: PricedLine) -> Line:
    """The line with its amounts, as catalog rounded them."""
    return changed(
        line,
        name=price.name,
        unit=price.unit,
        unit_price=price.unit_price,
        tax_rate_bp=price.tax_rate_bp,
        net_minor=price.net_minor,
        tax_minor=price.tax_minor,
        gross_minor=price.gross_minor,
        rule=price.rule,
    )


def refused(order: Order, number: int, reason: str) -> Order:
    """A check said no: the order stays as it was."""
    if order.amending is None or order.amending.number != number:
        return order
    return changed(order, amendment=replace(order.amending, refused=reason))


def applied(order: Order, number: int, backordered: Iterable[LineCount]) -> Order:
    """Inventory holds the new lines: they are the order's from now on."""
    amendment = order.amending
    if amendment is None or amendment.number != number or amendment.total_minor is None:
        return order
    lines = _merged(order, amendment)
    return changed(
        order,
        lines=with_backorders(lines, backordered),
        total_minor=amendment.total_minor,
        amendment=replace(amendment, applied=True),
    )


def with_backorders(lines: tuple[Line, ...], counts: Iterable[LineCount]) -> tuple[Line, ...]:
    """The lines with what is not there of each; none for those that are not counted."""
    missing = {count.line_no: count.quantity for count in counts}
    if not missing and not any(line.backordered for line in lines):
        return lines
    return tuple(changed(line, backordered=missing.get(line.line_no, 0)) for line in lines)
