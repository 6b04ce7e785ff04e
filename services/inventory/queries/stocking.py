"""Warehouses, what lies in them, and what came in."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from chassis.auth import Actor, Resource, allowed_actions
from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.inventory.access import ACCESS, workplaces
from services.inventory.domain.stocking import Warehouse
from services.inventory.schemas import (
    DocumentLine,
    InboundFilter,
    InboundLineShown,
    InboundResponse,
    InboundSummary,
    StockFilter,
    StockResponse,
    WarehouseResponse,
)
from services.inventory.schemas.arriving import IncomingFilter, IncomingResponse


def warehouse_shown(warehouse: Warehouse, actor: Actor) -> WarehouseResponse:
    return WarehouseResponse(
        warehouse_id=warehouse.warehouse_id,
        code=warehouse.code,
        name=warehouse.name,
        mode=warehouse.mode,
        one_person=warehouse.one_person,
        version=warehouse.version,
        alternatives=list(warehouse.alternatives),
        allowed_actions=_warehouse_actions(warehouse.warehouse_id, actor),
    )


async def warehouses(reader: Reader, actor: Actor, page: PageRequest) -> Page[WarehouseResponse]:
    """By code."""
    (after,) = page.key(str)
    rows = await reader.fetch(
        """
        SELECT warehouse_id, code, name, mode, one_person, version, alternatives
        FROM warehouses
        WHERE ($1::text IS NULL OR code > $1) AND ($3::uuid[] IS NULL OR warehouse_id = ANY($3))
        ORDER BY code
        LIMIT $2
        """,
        after,
        page.fetch,
        workplaces(actor),
    )
    shown = [
        WarehouseResponse(**row, allowed_actions=_warehouse_actions(row["warehouse_id"], actor))
        for row in rows
    ]
    return Page[WarehouseResponse].of(shown, page, key=lambda one: (one.code,))


async def stock(
    reader: Reader, actor: Actor, asked: StockFilter, page: PageRequest
) -> Page[StockResponse]:
    """By warehouse and SKU."""
    after_warehouse, after_sku = page.key(UUID, str)
    rows = await reader.fetch(
        """
        SELECT stock.warehouse_id, warehouses.code AS warehouse_code, stock.sku,
               coalesce(products.name, '') AS name, coalesce(products.unit, '') AS unit,
               on_hand, reserved, in_doubt, on_hand - reserved - in_doubt AS available,
               backordered,
               coalesce(coming.quantity, 0)::bigint AS in_transit
        FROM stock
        JOIN warehouses USING (warehouse_id)
        LEFT JOIN products USING (sku)
        LEFT JOIN (
            SELECT to_warehouse_id AS warehouse_id, sku, sum(quantity) AS quantity
            FROM stock_documents JOIN stock_document_lines USING (document_id)
            WHERE status = 'IN_TRANSIT'
            GROUP BY 1, 2
        ) AS coming USING (warehouse_id, sku)
        WHERE ($1::uuid IS NULL OR (stock.warehouse_id, stock.sku) > ($1, $2::text))
          AND ($4::uuid[] IS NULL OR stock.warehouse_id = ANY($4))
          AND ($5::uuid IS NULL OR stock.warehouse_id = $5)
          AND ($6 = '' OR strpos(lower(stock.sku || ' ' || coalesce(products.name, '')), $6) > 0)
        ORDER BY stock.warehouse_id, stock.sku
        LIMIT $3
        """,
        after_warehouse,
        after_sku,
        page.fetch,
        workplaces(actor),
        asked.warehouse_id,
        asked.q.lower(),
    )
    shown = [StockResponse(**row) for row in rows]
    return Page[StockResponse].of(shown, page, key=lambda one: (one.warehouse_id, one.sku))


async def incoming(
    reader: Reader, actor: Actor, asked: IncomingFilter, page: PageRequest
) -> Page[IncomingResponse]:
    """What is still to come, by the document that says so, newest first."""
    before, before_sku = page.key(UUID, str)
    rows = await reader.fetch(
        """
        SELECT warehouse_id, sku, document_id, number, expected_on, quantity
        FROM incoming_stock
        WHERE ($1::uuid IS NULL OR (document_id, sku) < ($1, $2::text))
          AND ($4::uuid[] IS NULL OR warehouse_id = ANY($4))
          AND ($5::uuid IS NULL OR warehouse_id = $5)
          AND ($6::text IS NULL OR sku = $6)
        ORDER BY document_id DESC, sku DESC
        LIMIT $3
        """,
        before,
        before_sku,
        page.fetch,
        workplaces(actor),
        asked.warehouse_id,
        asked.sku,
    )
    shown = [IncomingResponse(**row) for row in rows]
    return Page[IncomingResponse].of(shown, page, key=lambda one: (one.document_id, one.sku))


async def inbounds(
    reader: Reader, actor: Actor, asked: InboundFilter, page: PageRequest
) -> Page[InboundSummary]:
    """Newest first."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT inbound_id, number, warehouse_id, source, expected_id, note, posted_by, posted_at,
               line.line_count, line.quantity
        FROM inbounds
        CROSS JOIN LATERAL (
            SELECT count(*) AS line_count, sum(quantity)::bigint AS quantity
            FROM stock_moves
            WHERE document_id = inbound_id
        ) AS line
        WHERE ($1::uuid IS NULL OR inbound_id < $1)
          AND ($3::uuid[] IS NULL OR warehouse_id = ANY($3))
          AND ($4::uuid IS NULL OR warehouse_id = $4)
          AND ($5::uuid IS NULL OR expected_id = $5)
        ORDER BY inbound_id DESC
        LIMIT $2
        """,
        before,
        page.fetch,
        workplaces(actor),
        asked.warehouse_id,
        asked.expected_id,
    )
    shown = [InboundSummary(**row, allowed_actions=[]) for row in rows]
    return Page[InboundSummary].of(shown, page, key=lambda one: (one.inbound_id,))


async def inbound(reader: Reader, actor: Actor, inbound_id: UUID) -> InboundResponse:
    """Raises NotFound."""
    row = await reader.fetchrow(
        """
        SELECT inbound_id, number, warehouse_id, source, expected_id, note, posted_by, posted_at
        FROM inbounds
        WHERE inbound_id = $1 AND ($2::uuid[] IS NULL OR warehouse_id = ANY($2))
        """,
        inbound_id,
        workplaces(actor),
    )
    if row is None:
        raise NotFound
    lines = await _inbound_lines(reader, inbound_id)
    return InboundResponse(
        **row,
        line_count=len(lines),
        quantity=sum(line.quantity for line in lines),
        lines=lines,
        allowed_actions=[],
    )


async def _inbound_lines(reader: Reader, inbound_id: UUID) -> list[InboundLineShown]:
    rows = await reader.fetch(
        """
        SELECT line_no, moves.sku, coalesce(name, '') AS name, coalesce(unit, '') AS unit,
               moves.quantity, coalesce(bin, '') AS bin, coalesce(put.lot, '') AS lot, expires_on
        FROM stock_moves AS moves
        LEFT JOIN products USING (sku)
        LEFT JOIN stowed_moves AS put USING (document_id, line_no)
        LEFT JOIN lots ON lots.sku = moves.sku AND lots.lot = put.lot
        WHERE document_id = $1
        ORDER BY line_no
        """,
        inbound_id,
    )
    return [InboundLineShown(**row) for row in rows]


async def document_lines(reader: Reader, document_id: UUID) -> list[DocumentLine]:
    """Lines of an inbound or outbound note: its moves of the stock."""
    rows: Sequence[Record] = await reader.fetch(
        """
        SELECT line_no, sku, coalesce(name, '') AS name, coalesce(unit, '') AS unit,
               abs(quantity) AS quantity
        FROM stock_moves LEFT JOIN products USING (sku)
        WHERE document_id = $1
        ORDER BY line_no
        """,
        document_id,
    )
    return [DocumentLine(**row) for row in rows]


def _warehouse_actions(warehouse_id: UUID, actor: Actor) -> list[str]:
    resource = Resource(warehouse_id=warehouse_id)
    possible = ("warehouses.change", "inbounds.post")
    return [
        {"warehouses.change": "change", "inbounds.post": "post-inbound"}[action]
        for action in allowed_actions(ACCESS, actor, possible, resource)
    ]
