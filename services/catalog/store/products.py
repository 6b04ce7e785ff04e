"""Products and categories."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from asyncpg import Record

from chassis.db import Reader, Tx
from contracts.catalog import ProductStatus
from services.catalog.domain.categories import Category
from services.catalog.domain.products import Product
from services.catalog.domain.units import Factor, Units


async def lock_product_changes(tx: Tx) -> None:
    """Changes of products and categories go one after the other, until the transaction ends."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('catalog products', 0))")


async def products(reader: Reader, skus: Collection[str]) -> dict[str, Product]:
    rows = await reader.fetch(
        """
        SELECT sku, name_zh, name_en, category, unit, tax_rate_bp, barcode,
               attributes::text AS attributes, status, version, units::text AS units, lot_tracked,
               tax_class
        FROM products
        WHERE sku = ANY($1::text[])
        """,
        list(skus),
    )
    return {row["sku"]: product_of(row) for row in rows}


async def units_of(reader: Reader, skus: Collection[str]) -> dict[str, Units]:
    rows = await reader.fetch(
        "SELECT sku, unit, units::text AS units FROM products WHERE sku = ANY($1::text[])",
        list(skus),
    )
    return {row["sku"]: Units(row["unit"], _factors(row)) for row in rows}


async def barcodes(tx: Tx, wanted: Collection[str]) -> dict[str, str]:
    """SKU by barcode."""
    rows = await tx.fetch(
        "SELECT barcode, sku FROM products WHERE barcode = ANY($1::text[])", list(wanted)
    )
    return {row["barcode"]: row["sku"] for row in rows}


async def known_skus(tx: Tx, skus: Collection[str]) -> set[str]:
    rows = await tx.fetch("SELECT sku FROM products WHERE sku = ANY($1::text[])", list(skus))
    return {row["sku"] for row in rows}


async def save_products(tx: Tx, saved: Sequence[Product]) -> None:
    """Insert new products, replace old ones."""
    await tx.execute(
        """
        INSERT INTO products (sku, name_zh, name_en, category, unit, tax_rate_bp, barcode,
                              attributes, status, version, units, lot_tracked,
                              tax_class)
        SELECT sku, name_zh, name_en, category, unit, tax_rate_bp, barcode, attributes::jsonb,
               status, version, units::jsonb, lot_tracked, tax_class
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[],
                    $7::text[], $8::text[], $9::text[], $10::int[], $11::text[], $12::boolean[],
                    $13::text[])
             AS new(sku, name_zh, name_en, category, unit, tax_rate_bp, barcode, attributes, status,
                    version, units, lot_tracked, tax_class)
        ON CONFLICT (sku) DO UPDATE
        SET name_zh = excluded.name_zh, name_en = excluded.name_en, category = excluded.category,
            unit = excluded.unit, tax_rate_bp = excluded.tax_rate_bp, barcode = excluded.barcode,
            attributes = excluded.attributes, status = excluded.status,
            version = excluded.version, units = excluded.units,
            lot_tracked = excluded.lot_tracked, tax_class = excluded.tax_class,
            changed_at = now()
        """,
        [one.sku for one in saved],
        [one.name_zh for one in saved],
        [one.name_en for one in saved],
        [one.category for one in saved],
        [one.unit for one in saved],
        [one.tax_rate_bp for one in saved],
        [one.barcode for one in saved],
        [json.dumps(dict(one.attributes), ensure_ascii=False) for one in saved],
        [one.status for one in saved],
        [one.version for one in saved],
        [json.dumps(dict(one.units), ensure_ascii=False) for one in saved],
        [one.lot_tracked for one in saved],
        [one.tax_class for one in saved],
    )


async def products_taxed_otherwise(
    tx: Tx, tax_class: str, rate_bp: int, *, limit: int
) -> list[Product]:
    """Products of a class that do not have this rate, by SKU."""
    rows = await tx.fetch(
        """
        SELECT sku, name_zh, name_en, category, unit, tax_rate_bp, barcode,
               attributes::text AS attributes, status, version, units::text AS units, lot_tracked,
               tax_class
        FROM products
        WHERE tax_class = $1 AND tax_rate_bp <> $2
        ORDER BY sku
        LIMIT $3
        """,
        tax_class,
        rate_bp,
        limit,
    )
    return [product_of(row) for row in rows]


async def categories(reader: Reader) -> dict[str, Category]:
    """All of them, by code."""
    rows = await reader.fetch("SELECT code, name_zh, name_en, parent_code, version FROM categories")
    return {row["code"]: Category(**row) for row in rows}


async def save_categories(tx: Tx, saved: Sequence[Category]) -> None:
    """Insert new categories, replace old ones."""
    await tx.execute(
        """
        INSERT INTO categories (code, name_zh, name_en, parent_code, version)
        SELECT code, name_zh, name_en, parent_code, version
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[])
             AS new(code, name_zh, name_en, parent_code, version)
        ON CONFLICT (code) DO UPDATE
        SET name_zh = excluded.name_zh, name_en = excluded.name_en,
            parent_code = excluded.parent_code, version = excluded.version
        """,
        [one.code for one in saved],
        [one.name_zh for one in saved],
        [one.name_en for one in saved],
        [one.parent_code for one in saved],
        [one.version for one in saved],
    )


def product_of(row: Record) -> Product:
    return Product(
        sku=row["sku"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        category=row["category"],
        unit=row["unit"],
        tax_rate_bp=row["tax_rate_bp"],
        barcode=row["barcode"],
        attributes=json.loads(row["attributes"]),
        status=ProductStatus(row["status"]),
        version=row["version"],
        units=_factors(row),
        lot_tracked=row["lot_tracked"],
        tax_class=row["tax_class"],
    )


def _factors(row: Record) -> dict[str, Factor]:
    return {name: Factor(*factor) for name, factor in json.loads(row["units"]).items()}
