"""What a buyer may see of carts and templates; row-level security leaves what is his."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.orders.carts import store
from services.orders.carts.domain import Article, Cart, CartLine, Template
from services.orders.carts.schemas import CartSummary, TemplateSummary


async def cart(reader: Reader, cart_id: UUID) -> Cart:
    """One cart. Raises NotFound, for what is foreign too."""
    row = await reader.fetchrow(
        """
        SELECT cart_id, dealer_id, owner_id, name, changed_at, version, lines, order_ids
        FROM carts
        WHERE cart_id = $1
        """,
        cart_id,
    )
    if row is None:
        raise NotFound
    return store.cart_of(row)


async def carts(reader: Reader, page: PageRequest, *, ordered: bool | None) -> Page[CartSummary]:
    """The reader's own, newest first; `ordered` None: all."""
    (after,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT c.cart_id, c.dealer_id, d.name AS dealer_name, c.name, c.version, c.changed_at,
               json_array_length(c.lines) AS lines, c.order_ids
        FROM carts c
        LEFT JOIN dealers d ON d.dealer_id = c.dealer_id
        WHERE ($1::uuid IS NULL OR c.cart_id < $1)
          AND ($2::bool IS NULL OR $2 = (cardinality(c.order_ids) > 0))
        ORDER BY c.cart_id DESC
        LIMIT $3
        """,
        after,
        ordered,
        page.fetch,
    )
    found = [CartSummary(**row) for row in rows]
    return Page[CartSummary].of(found, page, key=lambda one: (one.cart_id,))


async def articles(reader: Reader, lines: Sequence[CartLine]) -> dict[str, Article]:
    """The products of the lines by SKU."""
    return await store.articles(reader, [line.sku for line in lines])


async def template(reader: Reader, template_id: UUID) -> Template:
    """One template. Raises NotFound, for what is foreign too."""
    row = await reader.fetchrow(
        """
        SELECT template_id, dealer_id, name, lines, saved_by, saved_at
        FROM cart_templates
        WHERE template_id = $1
        """,
        template_id,
    )
    if row is None:
        raise NotFound
    return store.template_of(row)


async def templates(
    reader: Reader, page: PageRequest, *, dealer_id: UUID | None
) -> Page[TemplateSummary]:
    """Newest first."""
    (after,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT template_id, dealer_id, name, json_array_length(lines) AS lines, saved_by, saved_at
        FROM cart_templates
        WHERE ($1::uuid IS NULL OR template_id < $1)
          AND ($2::uuid IS NULL OR dealer_id = $2)
        ORDER BY template_id DESC
        LIMIT $3
        """,
        after,
        dealer_id,
        page.fetch,
    )
    found = [TemplateSummary(**row) for row in rows]
    return Page[TemplateSummary].of(found, page, key=lambda one: (one.template_id,))
