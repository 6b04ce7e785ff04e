"""Quick order (P-13) and reorder (P-14): many lines at once, a result for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.auth import Actor
from chassis.http import RuntimeDep, time_limit
from chassis.idempotency import IdempotencyKey, Key, once
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from chassis.sheets import (
    CSV,
    FILE,
    FIRST_ROW,
    SHEET_BYTES_MAX,
    ContentType,
    SheetTooLarge,
    csv_lines,
    headings,
    uploaded,
)
from services.orders import queries as order_queries
from services.orders.carts import commands, queries
from services.orders.carts.commands import NewCart
from services.orders.carts.domain import LINES_MAX, WantedLine
from services.orders.carts.routes.carts import Buyer
from services.orders.carts.schemas import FilledCart, QuickOrderRequest, TargetRequest

router = APIRouter(tags=["carts"])
FROM_ONE = range(1, LINES_MAX + 1)
SAMPLE_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {}}}}
COLUMNS: Mapping[str, str] = {"sku": "商品编码", "quantity": "数量", "unit": "单位"}
SAMPLE = "\ufeff" + csv_lines([list(COLUMNS.values()), ["SKU-0001", 12, "件"], ["SKU-0002", 1, ""]])


@router.post("/carts/{cart_id}/quick-order", response_model=FilledCart)
async def quick_order(
    cart_id: UUID, body: QuickOrderRequest, actor: Buyer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Add up to 2,000 lines as they were typed; what cannot be added is told line by line."""
    wanted = [line.wanted for line in body.lines]
    return await filled(runtime, actor, key, cart_id, wanted)


@router.post(
    "/carts/{cart_id}/quick-order-sheet",
    response_model=FilledCart,
    max_body_size=SHEET_BYTES_MAX,
    dependencies=[time_limit(60)],
    openapi_extra=FILE,
)
async def quick_order_sheet(
    cart_id: UUID,
    request: Request,
    actor: Buyer,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    content_type: ContentType = CSV,
) -> Response:
    """The same from a sheet. Columns: sku, quantity, unit, or 商品编码, 数量, 单位."""
    rows = await uploaded(request, content_type, headings(COLUMNS))
    told = {place: row for place, row in enumerate(rows, FIRST_ROW) if row}
    if len(told) > LINES_MAX:
        raise SheetTooLarge(rows_max=LINES_MAX)
    wanted = [
        WantedLine(row.get("sku", ""), row.get("quantity", ""), row.get("unit", ""))
        for row in told.values()
    ]
    return await filled(runtime, actor, key, cart_id, wanted, list(told))


@router.get("/carts/quick-order-sample", response_class=Response, responses=SAMPLE_ANSWER)
async def quick_order_sample(_: Buyer) -> Response:
    """A sheet to fill in."""
    disposition = {"Content-Disposition": 'attachment; filename="quick-order.csv"'}
    return Response(SAMPLE, media_type=f"{CSV}; charset=utf-8", headers=disposition)


@router.post("/orders/{order_id}/reorder", response_model=FilledCart)
async def reorder(
    order_id: UUID, body: TargetRequest, actor: Buyer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Put what is still sold of an order into a cart; what is not is told with its reason."""
    async with reading(runtime, actor) as reader:
        order = await order_queries.order(reader, order_id)
    wanted = [WantedLine(line.sku, str(line.quantity)) for line in order.lines]
    target = body.cart_id or NewCart(body.name or order.number, order.dealer_id)
    return await filled(runtime, actor, key, target, wanted)


async def filled(
    runtime: Runtime,
    actor: Actor,
    key: Key,
    target: UUID | NewCart,
    wanted: Sequence[WantedLine],
    places: Iterable[int] = FROM_ONE,
) -> Response:
    """Fill a cart and tell what became of each line; `places` are the numbers to tell it by."""

    async def produce() -> FilledCart:
        done = await commands.fill_cart(tx, actor, target, wanted)
        return FilledCart.of(done, await queries.articles(tx, done.cart.lines), places)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)
