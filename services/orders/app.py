"""Composition root: the only place where orders is put together."""

from __future__ import annotations

from chassis.hot import HotRoute
from chassis.jobs import HOUSEKEEPING_SECONDS, every
from chassis.runtime import Runtime
from chassis.service import Service
from contracts.quotes import read_keys
from services.orders import routes
from services.orders.access import ACCESS
from services.orders.amending import routes as amending
from services.orders.carts import routes as carts
from services.orders.consumers import SUBSCRIPTIONS
from services.orders.desk import routes as desk
from services.orders.numbering import OrderNumbers
from services.orders.schemas import SubmitOrderRequest
from services.orders.settings import Settings
from services.orders.timers import (
    LEAVING_SECONDS,
    STOPS_SECONDS,
    count_orders_of_the_leaving,
    follow_stopped_dealers,
    measure_sagas,
    watch_deadlines,
)

SUBMIT = HotRoute(
    path="/orders",
    action="orders.submit",
    body=SubmitOrderRequest,
    serve=routes.serve_submit,
)


def prepare(runtime: Runtime) -> None:
    """What the routes need beside the database."""
    runtime.state["numbers"] = OrderNumbers(runtime.db)
    runtime.state["quote_keys"] = read_keys(runtime.settings.quote_key_path.read_text())


SERVICE = Service(
    name="orders",
    settings=Settings,
    access=ACCESS,
    routers=(*routes.ROUTERS, amending.router, *carts.ROUTERS, desk.router),
    subscriptions=SUBSCRIPTIONS,
    hot=(SUBMIT,),
    intakes=(routes.SUBMITTING,),
    background=(
        watch_deadlines,
        every(STOPS_SECONDS, follow_stopped_dealers),
        every(LEAVING_SECONDS, count_orders_of_the_leaving),
        every(HOUSEKEEPING_SECONDS, measure_sagas),
    ),
    prepare=prepare,
)
