"""Composition root: the only place where notify is assembled."""

from __future__ import annotations

from chassis.jobs import every
from chassis.service import Service
from services.notify import routes
from services.notify.access import ACCESS
from services.notify.consumers import SUBSCRIPTIONS
from services.notify.mailing import send_mail
from services.notify.reminding import LOOK_SECONDS, remind_of_owed_goods
from services.notify.settings import Settings

SERVICE = Service(
    name="notify",
    settings=Settings,
    access=ACCESS,
    routers=(routes.todos, routes.messages),
    subscriptions=SUBSCRIPTIONS,
    background=(send_mail, every(LOOK_SECONDS, remind_of_owed_goods)),
    patient=True,
)
