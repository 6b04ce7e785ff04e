"""Composition root: the only place where billing is put together."""

from __future__ import annotations

from chassis.jobs import every
from chassis.service import Service
from services.billing import timers
from services.billing.access import ACCESS
from services.billing.consumers import SUBSCRIPTIONS
from services.billing.routes import (
    accounts,
    closing,
    credit_notes,
    dunning,
    invoices,
    limits,
    payments,
    reconciliations,
    refunds,
    statements,
)
from services.billing.settings import Settings

SERVICE = Service(
    name="billing",
    settings=Settings,
    access=ACCESS,
    routers=(
        accounts.router,
        statements.router,
        payments.router,
        limits.router,
        refunds.router,
        reconciliations.router,
        closing.router,
        invoices.invoices,
        credit_notes.router,
        invoices.receivables,
        dunning.router,
    ),
    subscriptions=SUBSCRIPTIONS,
    background=(
        every(5.0, timers.expire_limits),
        every(5.0, timers.tell_balances),
        every(3_600.0, timers.dun_overdue),
    ),
)
