"""Composition root: the only place where catalog is assembled."""

from __future__ import annotations

from chassis.service import Service
from services.catalog.access import ACCESS
from services.catalog.consumers import SUBSCRIPTIONS
from services.catalog.routes import categories, price_lists, products, quotes
from services.catalog.settings import Settings

SERVICE = Service(
    name="catalog",
    settings=Settings,
    access=ACCESS,
    routers=(products.router, categories.router, price_lists.router, quotes.router),
    subscriptions=SUBSCRIPTIONS,
)
