"""Ask for an amendment: its checks go on in the background, as those of a new order do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.auth import Actor
from chassis.db import Tx
from chassis.errors import DomainError
from services.orders.access import ACCESS
from services.orders.commands.acting import change_order
from services.orders.domain import actions, amending
from services.orders.domain.amending import WantedLine
from services.orders.domain.order import Order
from services.orders.domain.submission import UnknownSku
from services.orders.schemas import LINES_MAX
from services.orders.store import projections


async def amend_order(
    tx: Tx,
    actor: Actor,
    order_id: UUID,
    wanted: Sequence[WantedLine],
    *,
    expected_version: int,
    reason: str,
) -> Order:
    """Ask for other lines.

    Raises NotFound, Forbidden, StaleVersion, UnknownSku, and the refusals of `amending.amend`.
    """
    new = {line.sku for line in wanted if line.line_no is None}
    for_sale = await projections.names_for_sale(tx, new) if new else {}
    unknown = [
        {"pointer": f"/lines/{place}/sku", "fault": f"{line.sku} is not for sale"}
        for place, line in enumerate(wanted)
        if line.line_no is None and line.sku not in for_sale
    ]

    def change(order: Order, now: datetime) -> Order | DomainError:
        if unknown:
            return UnknownSku(faults=unknown)
        if order.started and not ACCESS["orders.amend-started"].roles & actor.roles:
            return actions.StartedAlready()
        return actions.amend(
            order,
            wanted,
            amending.AmendmentAsk(reason, actor.user_id, actor.dealer_id is not None, LINES_MAX),
            now,
        )

    return await change_order(
        tx, ACCESS, actor, "orders.amend", order_id, change, if_match=expected_version
    )


async def close_remainder(
    tx: Tx, actor: Actor, order_id: UUID, reason: str, if_match: int | None
) -> Order:
    """Give up what has not left.

    Raises NotFound, Forbidden, StaleVersion, and the refusals of `actions.close_remainder`.
    """

    def change(order: Order, now: datetime) -> Order | DomainError:
        return actions.close_remainder(order, reason, actor.user_id, now)

    return await change_order(
        tx, ACCESS, actor, "orders.close-remainder", order_id, change, if_match=if_match
    )
