"""SQL of carts and templates. Locks: the cart, before the rows of its orders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

import orjson
from asyncpg import Record

from chassis.db import Reader, Tx
from services.orders.carts.domain import Article, Cart, CartLine, Factor, Template


async def lock_cart(tx: Tx, cart_id: UUID, owner_id: UUID) -> Cart | None:
    """The owner's cart, held until the transaction ends."""
    row = await tx.fetchrow(
        """
        SELECT cart_id, dealer_id, owner_id, name, changed_at, version, lines, order_ids
        FROM carts
        WHERE cart_id = $1 AND owner_id = $2
        FOR NO KEY UPDATE
        """,
        cart_id,
        owner_id,
    )
    return cart_of(row) if row else None


async def save_cart(tx: Tx, cart: Cart) -> None:
    """Store a new cart, or what became of one that `lock_cart` holds."""
    await tx.execute(
        """
        INSERT INTO carts (
            cart_id, dealer_id, owner_id, name, changed_at, version, lines, order_ids
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (cart_id) DO UPDATE
        SET name = excluded.name, changed_at = excluded.changed_at, version = excluded.version,
            lines = excluded.lines, order_ids = excluded.order_ids
        """,
        cart.cart_id,
        cart.dealer_id,
        cart.owner_id,
        cart.name,
        cart.changed_at,
        cart.version,
        _document(cart.lines),
        cart.order_ids,
    )


async def delete_cart(tx: Tx, cart_id: UUID) -> None:
    await tx.execute("DELETE FROM carts WHERE cart_id = $1", cart_id)


async def articles(reader: Reader, skus: Collection[str]) -> dict[str, Article]:
    """What is known of these SKUs; unknown ones are left out."""
    rows = await reader.fetch(
        """
        SELECT sku, name, unit, status = 'ACTIVE' AS for_sale, units
        FROM products
        WHERE sku = ANY($1::text[])
        """,
        list(skus),
    )
    return {
        row["sku"]: Article(row["name"], row["unit"], row["for_sale"], _units(row["units"]))
        for row in rows
    }


async def insert_template(tx: Tx, template: Template) -> bool:
    """False where the dealer has one of this name."""
    stored: bool | None = await tx.fetchval(
        """
        INSERT INTO cart_templates (template_id, dealer_id, name, lines, saved_by, saved_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (dealer_id, name) DO NOTHING
        RETURNING true
        """,
        template.template_id,
        template.dealer_id,
        template.name,
        _document(template.lines),
        template.saved_by,
        template.saved_at,
    )
    return bool(stored)


async def delete_template(tx: Tx, template_id: UUID) -> None:
    await tx.execute("DELETE FROM cart_templates WHERE template_id = $1", template_id)


def cart_of(row: Record) -> Cart:
    """A cart from its row, whose columns are named as its fields."""
    facts = dict(row) | {"lines": lines_of(row["lines"]), "order_ids": tuple(row["order_ids"])}
    return Cart(**facts)


def template_of(row: Record) -> Template:
    """A template from its row, whose columns are named as its fields."""
    return Template(**dict(row) | {"lines": lines_of(row["lines"])})


def _units(document: str) -> dict[str, Factor]:
    told = orjson.loads(document)
    return {one["unit"]: Factor(one["numerator"], one["denominator"]) for one in told}


def _document(lines: Sequence[CartLine]) -> str:
    return orjson.dumps([[line.sku, line.quantity] for line in lines]).decode()


def lines_of(document: str) -> tuple[CartLine, ...]:
    return tuple(CartLine(*line) for line in orjson.loads(document))
