"""Between rows and orders."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import orjson
from asyncpg import Record

from chassis.saga import Phase, Progress
from contracts.dealers import Terms
from contracts.inventory import ShipmentStatus
from contracts.orders import Hold
from services.orders.domain.order import Credit, Ending, Line, Order, Shipment, Stock


def order_of(row: Record) -> Order:
    """An order from its row, with `lines` and `shipments` as arrays of rows."""
    return Order(
        order_id=row["order_id"],
        number=row["number"],
        dealer_id=row["dealer_id"],
        placed_by=row["placed_by"],
        on_behalf=row["on_behalf"],
        salesperson_id=row["salesperson_id"],
        warehouse_id=row["warehouse_id"],
        terms=terms_of(row["terms"]),
        submitted_at=row["submitted_at"],
        lines=tuple(line_of(line) for line in row["lines"]),
        note=row["note"],
        total_minor=row["total_minor"],
        expected_total_minor=row["expected_total_minor"],
        version=row["version"],
        progress=_progress(row),
        holds=frozenset(map(Hold, row["holds"])),
        credit=Credit(row["credit"]),
        over_limit_approved=row["over_limit_approved"],
        stock=Stock(row["stock"]),
        confirmed_by=row["confirmed_by"],
        confirmed_at=row["confirmed_at"],
        released=row["released"],
        started=row["started"],
        put_back_awaited=row["put_back_awaited"],
        fulfilment_revision=row["fulfilment_revision"],
        shipments=tuple(shipment_of(one) for one in row["shipments"] or ()),
        funds_revision=row["funds_revision"],
        covered_minor=row["covered_minor"],
        returned_minor=row["returned_minor"],
        ending=Ending(row["ending"]) if row["ending"] else None,
        reason=row["reason"],
    )


def line_of(row: Record) -> Line:
    return Line(
        row["line_no"],
        row["sku"],
        row["quantity"],
        row["name"],
        row["unit"],
        row["unit_price"],
        row["tax_rate_bp"],
        row["net_minor"],
        row["tax_minor"],
        row["gross_minor"],
        row["rule"],
        row["picked"],
        row["shipped"],
        row["delivered"],
        row["received"],
    )


def shipment_of(row: Record) -> Shipment:
    quantities = orjson.loads(row["quantities"])
    return Shipment(
        row["shipment_id"],
        row["number"],
        ShipmentStatus(row["status"]),
        {int(line_no): quantity for line_no, quantity in quantities.items()},
        row["invoice_number"],
    )


def quantities_json(quantities: Mapping[int, int]) -> str:
    """Base units by line number, as stored."""
    return orjson.dumps(quantities, option=orjson.OPT_NON_STR_KEYS).decode()


@lru_cache(maxsize=4096)
def terms_of(document: str) -> Terms:
    """Terms from their JSON; a company has few different ones."""
    return Terms.model_validate_json(document)


def _progress(row: Record) -> Progress:
    return Progress(
        Phase(row["phase"]),
        row["at"],
        row["about"],
        row["reached"],
        row["attempt"],
        row["deadline"],
    )
