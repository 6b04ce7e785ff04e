"""HTTP API of carts and templates."""

from services.orders.carts.routes import carts, filling, submitting, templates

ROUTERS = (carts.router, filling.router, submitting.router, templates.router)
