"""The amounts of a part of an order: cumulative shares, so that the parts add up to the line."""

from __future__ import annotations

from contracts.billing import InvoiceLine
from services.orders.domain.order import Line, Order, Shipment


def invoice_lines(order: Order, shipment: Shipment) -> tuple[InvoiceLine, ...]:
    """What to invoice for one shipment, given those that stand before it in the order."""
    lines = {line.line_no: line for line in order.lines}
    before = _shipped_before(order, shipment)
    return tuple(
        _share(lines[line_no], before.get(line_no, 0), quantity)
        for line_no, quantity in shipment.quantities.items()
    )


def _shipped_before(order: Order, shipment: Shipment) -> dict[int, int]:
    """Base units by line number in the shipments before this one."""
    before: dict[int, int] = {}
    for earlier in order.shipments:
        if earlier.shipment_id == shipment.shipment_id:
            break
        for line_no, quantity in earlier.quantities.items():
            before[line_no] = before.get(line_no, 0) + quantity
    return before


def _share(line: Line, before: int, quantity: int) -> InvoiceLine:
    """Domain rule 5.8.5: rounded(total up to here) less rounded(total before)."""
    net = _part(line.net_minor, line, before, quantity)
    gross = _part(line.gross_minor, line, before, quantity)
    return InvoiceLine(
        line_no=line.line_no,
        sku=line.sku,
        quantity=quantity,
        net_minor=net,
        tax_minor=gross - net,
        gross_minor=gross,
    )


def _part(amount_minor: int | None, line: Line, before: int, quantity: int) -> int:
    assert amount_minor is not None, "asked to invoice a line without a price"
    upto = _half_up(amount_minor * (before + quantity), line.quantity)
    return upto - _half_up(amount_minor * before, line.quantity)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
