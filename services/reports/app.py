"""Composition root: the only place where reports is assembled."""

from __future__ import annotations

from chassis.service import Service
from services.reports import routes
from services.reports.access import ACCESS
from services.reports.consumers import SUBSCRIPTIONS
from services.reports.rebuild import rebuild
from services.reports.settings import Settings

SERVICE = Service(
    name="reports",
    settings=Settings,
    access=ACCESS,
    routers=(routes.router,),
    subscriptions=SUBSCRIPTIONS,
    patient=True,
    commands={"rebuild": rebuild},
)
