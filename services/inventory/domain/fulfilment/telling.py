"""What is told of a fulfilment: the picture for the saga, and what its events say."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict
from uuid import UUID

from contracts.inventory import FulfilmentAdvanced, LineProgress, ShipmentProgress
from contracts.message import Message
from services.inventory.domain.fulfilment.aggregate import Fulfilment
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


def picture(fulfilment: Fulfilment) -> FulfilmentAdvanced:
    return FulfilmentAdvanced(
        order_id=fulfilment.order_id,
        revision=fulfilment.revision,
        started=fulfilment.started,
        lines=tuple(
            LineProgress(
                line_no=line.line_no,
                picked=line.picked,
                shipped=line.shipped,
                delivered=line.delivered,
                received=line.received,
                backordered=line.backordered,
                closed=line.closed,
            )
            for line in fulfilment.lines
        ),
        shipments=tuple(
            ShipmentProgress(
                shipment_id=shipment.shipment_id,
                number=shipment.number,
                status=shipment.status,
                lines=shipment.lines,
            )
            for shipment in fulfilment.shipments
        ),
    )
