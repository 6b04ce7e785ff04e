"""Change products and categories, and tell the other services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from chassis import outbox
from chassis.db import Tx
from chassis.errors import DomainError, NotFound
from contracts.catalog import ProductStatus
from services.catalog.domain import categories as tree
from services.catalog.domain import products as domain
from services.catalog.domain.categories import Category
from services.catalog.domain.products import Product, ProductExists, Stored, Surroundings
from services.catalog.domain.tax import rate_at
from services.catalog.store import products as store
from services.catalog.store.tax import tax_classes

Check = Callable[[int], None]
"""Raises when the caller means another version than this one."""


async def put_products(
    tx: Tx, products: Sequence[Product], now: datetime, *, rehearsed: bool = False
) -> Stored:
    """Make products (distinct SKUs) what they should be; what is so already is left alone.

    `rehearsed`: only say what would become of them.
    """
    await store.lock_product_changes(tx)
    there = Surroundings(
        await store.products(tx, [one.sku for one in products]),
        await store.categories(tx),
        await store.barcodes(tx, [one.barcode for one in products if one.barcode]),
        {code: rate_at(one.rates, now, own=0) for code, one in (await tax_classes(tx)).items()},
    )
    outcome = domain.put(products, there)
    if not rehearsed:
        await save(tx, outcome.written)
    return outcome


async def add_product(tx: Tx, product: Product, now: datetime) -> Product:
    """Raises ProductExists, UnknownCategory, UnknownTaxClass, BarcodeTaken."""
    await store.lock_product_changes(tx)
    if await store.known_skus(tx, [product.sku]):
        raise ProductExists(sku=product.sku)
    return await _put_one(tx, product, now)


async def change_product(
    tx: Tx, sku: str, change: Callable[[Product], Product], now: datetime, check: Check
) -> Product:
    """Raises NotFound, StaleVersion, UnknownCategory, UnknownTaxClass, BarcodeTaken,
    StatusMoveRefused.
    """
    known = await _locked(tx, sku)
    check(known.version)
    return await _put_one(tx, change(known), now)


async def move_product(tx: Tx, sku: str, status: ProductStatus, check: Check) -> Product:
    """Raises NotFound, StaleVersion, StatusMoveRefused."""
    known = await _locked(tx, sku)
    check(known.version)
    moved = domain.move(known, status)
    if isinstance(moved, DomainError):
        raise moved
    if moved != known:
        await save(tx, [moved])
    return moved


async def put_categories(tx: Tx, categories: Sequence[Category]) -> list[Category]:
    """The categories that changed; raises CategoryTooDeep."""
    await store.lock_product_changes(tx)
    changed = tree.put(categories, await store.categories(tx))
    await store.save_categories(tx, changed)
    return changed


async def save(tx: Tx, products: Sequence[Product]) -> None:
    """Store products that are locked, and tell of them."""
    await store.save_products(tx, products)
    await outbox.add(tx, [one.state for one in products])


async def _put_one(tx: Tx, product: Product, now: datetime) -> Product:
    outcome = await put_products(tx, [product], now)
    if fault := outcome.refused.get(product.sku):
        raise fault
    return next(iter(outcome.written), product)


async def _locked(tx: Tx, sku: str) -> Product:
    await store.lock_product_changes(tx)
    if known := (await store.products(tx, [sku])).get(sku):
        return known
    raise NotFound
