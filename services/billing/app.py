"""Composition root: the only place where billing is put together."""

from __future__ import annotations

from chassis.service import Service
from services.billing.access import ACCESS
from services.billing.consumers import SUBSCRIPTIONS
from services.billing.routes import (
    accounts,
    invoices,
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
        refunds.router,
        reconciliations.router,
        invoices.invoices,
        invoices.receivables,
    ),
    subscriptions=SUBSCRIPTIONS,
)
