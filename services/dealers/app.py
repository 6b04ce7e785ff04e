"""Composition root: the only place where dealers is assembled."""

from __future__ import annotations

from chassis.service import Service
from services.dealers.access import ACCESS
from services.dealers.consumers import SUBSCRIPTIONS
from services.dealers.routes import (
    applications,
    dealers,
    documents,
    places,
    pool,
    standing,
    taking_in,
    territories,
    tiers,
)
from services.dealers.settings import Settings
from services.dealers.timers import watch_due_changes, watch_unscreened

SERVICE = Service(
    name="dealers",
    settings=Settings,
    access=ACCESS,
    routers=(
        pool.router,  # before the applications: its names would be taken for their ids
        applications.router,
        documents.router,
        dealers.router,
        taking_in.router,
        places.router,
        standing.router,
        territories.router,
        tiers.router,
    ),
    subscriptions=SUBSCRIPTIONS,
    background=(watch_due_changes, watch_unscreened),
)
