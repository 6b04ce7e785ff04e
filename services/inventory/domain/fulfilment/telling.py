"""What is told of a fulfilment: the picture for the saga, and what its events say."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict
from uuid import UUID

from contracts.inventory import FulfilmentAdvanced, LineProgress, ShipmentProgress
from contracts.message import Message
from services.inventory.domain.fulfilment.aggregate import Fulfilment, Line
from services.inventory.domain.fulfilment.changing import Change


class About(TypedDict):
    """What every event of a fulfilment says."""

    order_id: UUID
    number: str
    dealer_id: UUID
    warehouse_id: UUID


def about(fulfilment: Fulfilment) -> About:
    return About(
        order_id=fulfilment.order_id,
        number=fulfilment.number,
        dealer_id=fulfilment.dealer_id,
        warehouse_id=fulfilment.warehouse_id,
    )


def advanced(before: Fulfilment, after: Fulfilment, *events: Message) -> Change:
    """A step of the warehouse: it gets the next revision, and the saga the whole picture."""
    counted = replace(after, revision=before.revision + 1)
    return Change(before, counted, (picture(counted), *events))


def picture(*parts: Fulfilment) -> FulfilmentAdvanced:
    """Of all parts of an order: lines add up, and so do revisions, of which each only grows."""
    lines: dict[int, list[Line]] = {}
    for part in parts:
        for line in part.lines:
            lines.setdefault(line.line_no, []).append(line)
    return FulfilmentAdvanced(
        order_id=parts[0].order_id,
        revision=sum(part.revision for part in parts),
        started=any(part.started for part in parts),
        lines=tuple(
            LineProgress(
                line_no=line_no,
                picked=sum(line.picked for line in same),
                shipped=sum(line.shipped for line in same),
                delivered=sum(line.delivered for line in same),
                received=sum(line.received for line in same),
                backordered=sum(line.backordered for line in same),
                closed=sum(line.closed for line in same),
            )
            for line_no, same in lines.items()
        ),
        shipments=tuple(
            ShipmentProgress(
                shipment_id=shipment.shipment_id,
                number=shipment.number,
                status=shipment.status,
                lines=shipment.lines,
            )
            for part in parts
            for shipment in part.shipments
        ),
    )
