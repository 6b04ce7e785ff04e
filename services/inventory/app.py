"""Composition root of inventory: the only place where it is put together."""

from __future__ import annotations

from chassis.jobs import every
from chassis.service import Service
from services.inventory import timers
from services.inventory.access import ACCESS
from services.inventory.consumers import SUBSCRIPTIONS
from services.inventory.routes import ROUTERS
from services.inventory.settings import Settings

SERVICE = Service(
    name="inventory",
    settings=Settings,
    access=ACCESS,
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
    background=(
        every(5.0, timers.expire_reservations),
        every(1.0, timers.serve_backorders),
        every(5.0, timers.raise_alerts),
        every(60.0, timers.receive_overdue),
    ),
)
