"""Composition root: the only place where catalog is assembled."""

from __future__ import annotations

from chassis.runtime import Runtime
from chassis.service import Service
from contracts.quotes import read_keys
from services.catalog.access import ACCESS
from services.catalog.consumers import SUBSCRIPTIONS
from services.catalog.routes import (
    assortments,
    categories,
    discounts,
    order_rules,
    price_lists,
    price_sheets,
    product_sheets,
    products,
    quotes,
    tax,
)
from services.catalog.settings import Settings
from services.catalog.timers import watch_due_rates


def prepare(runtime: Runtime) -> None:
    """What the routes need beside the database; a new key is taken up by a restart."""
    runtime.state["quote_keys"] = read_keys(runtime.settings.quote_key_path.read_text())


SERVICE = Service(
    name="catalog",
    settings=Settings,
    access=ACCESS,
    routers=(
        product_sheets.router,
        products.router,
        categories.router,
        price_sheets.router,
        price_lists.router,
        assortments.router,
        order_rules.router,
        discounts.router,
        tax.router,
        quotes.router,
    ),
    subscriptions=SUBSCRIPTIONS,
    prepare=prepare,
    background=(watch_due_rates,),
)
