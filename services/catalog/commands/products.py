"""Change products and categories, and tell the other services."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chassis import outbox
from chassis.db import Tx
from chassis.errors import DomainError, NotFound
from contracts.catalog import ProductStatus
from services.catalog.domain import categories as tree
from services.catalog.domain import products as domain
from services.catalog.domain.categories import Category
from services.catalog.domain.products import Product, ProductExists, Stored, Surroundings
from services.catalog.store import products as store

Check = Callable[[int], None]
"""Raises when the caller means another version than this one."""


async def put_products(tx: Tx, products: Sequence[Product], *, rehearsed: bool = False) -> Stored:
    """Make products (distinct SKUs) what they should be; what is so already is left alone.

    `rehearsed`: only say what would become of them.
    """
    await store.lock_product_changes(tx)
    there = Surroundings(
        await store.products(tx, [one.sku for one in products]),
        await store.categories(tx),
        await store.barcodes(tx, [one.barcode for one in products if one.barcode]),
    )
    outcome = domain.put(products, there)
    if not rehearsed:
        await _save(tx, outcome.written)
    return outcome


async def add_product(tx: Tx, product: Product) -> Product:
    """Raises ProductExists, UnknownCategory, BarcodeTaken."""
    await store.lock_product_changes(tx)
    if await store.known_skus(tx, [product.sku]):
        raise ProductExists(sku=product.sku)
    return await _put_one(tx, product)


async def change_product(
    tx: Tx, sku: str, change: Callable[[Product], Product], check: Check
) -> Product:
    """Raises NotFound, StaleVersion, UnknownCategory, BarcodeTaken, StatusMoveRefused."""
    known = await _locked(tx, sku)
    check(known.version)
    return await _put_one(tx, change(known))


async def move_product(tx: Tx, sku: str, status: ProductStatus, check: Check) -> Product:
    """Raises NotFound, StaleVersion, StatusMoveRefused."""
    known = await _locked(tx, sku)
    check(known.version)
    moved = domain.move(known, status)
    if isinstance(moved, DomainError):
        raise moved
    if moved != known:
        await _save(tx, [moved])
    return moved


async def put_categories(tx: Tx, categories: Sequence[Category]) -> list[Category]:
    """The categories that changed; raises CategoryTooDeep."""
    await store.lock_product_changes(tx)
    changed = tree.put(categories, await store.categories(tx))
    await store.save_categories(tx, changed)
    return changed


async def _put_one(tx: Tx, product: Product) -> Product:
    outcome = await put_products(tx, [product])
    if fault := outcome.refused.get(product.sku):
        raise fault
    return next(iter(outcome.written), product)


async def _locked(tx: Tx, sku: str) -> Product:
    await store.lock_product_changes(tx)
    if known := (await store.products(tx, [sku])).get(sku):
        return known
    raise NotFound


async def _save(tx: Tx, products: Sequence[Product]) -> None:
    await store.save_products(tx, products)
    await outbox.add(tx, [one.state for one in products])
