"""HTTP API of carts and templates."""

from services.orders.carts.routes import carts, filling, submitting, templates

ROUTERS = (filling.router, carts.router, submitting.router, templates.router)
"""Looked up in this order: `/carts/quick-order-sample` is no cart."""
