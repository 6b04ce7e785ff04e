"""The amounts of a part of an order: cumulative shares, so that the parts add up to the line."""

from __future__ import annotations

from contracts.billing import InvoiceLine
from services.orders.domain.lines import Line, Shipment
from services.orders.domain.order import Order


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
    net = _part(line, line.net_minor, before, quantity)
    gross = _part(line, line.gross_minor, before, quantity)
    return InvoiceLine(
        line_no=line.line_no,
        sku=line.sku,
        quantity=quantity,
        net_minor=net,
        tax_minor=gross - net,
        gross_minor=gross,
    )


def _part(line: Line, amount_minor: int | None, before: int, quantity: int) -> int:
    upto = line.upto_minor(amount_minor, before + quantity)
    return upto - line.upto_minor(amount_minor, before)
