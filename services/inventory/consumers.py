"""Messages inventory listens to, and what each one does."""

from __future__ import annotations

from chassis.consumer import Subscription, on
from contracts.catalog import ProductState
from contracts.dealers import DealerState
from contracts.inventory import (
    AmendReservation,
    CancelFulfilment,
    CloseRemainder,
    FirmReservation,
    ReleaseToWarehouse,
    ReserveStock,
)
from services.inventory.commands import amending, projecting, reserving

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    on(reserving.reserve_stock, ReserveStock),
    on(reserving.firm_reservations, FirmReservation),
    on(reserving.release_to_warehouse, ReleaseToWarehouse),
    on(reserving.cancel_fulfilments, CancelFulfilment),
    on(amending.amend_reservations, AmendReservation),
    on(amending.close_remainders, CloseRemainder),
    on(projecting.keep_dealers, DealerState),
    on(projecting.keep_products, ProductState),
)
