"""HTTP API of orders: parse, call one command or query, answer."""

from services.orders.routes import deciding, showing, submitting
from services.orders.routes.showing import shown
from services.orders.routes.submitting import SUBMITTING, serve_submit

ROUTERS = (submitting.router, showing.router, deciding.router)

__all__ = ["ROUTERS", "SUBMITTING", "serve_submit", "shown"]
