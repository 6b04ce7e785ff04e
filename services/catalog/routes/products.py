"""Products: look them up, with the caller's own price; keep them; import them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import JsonValue, ValidationError

from chassis.auth import STAFF, Actor, allowed, allowed_actions, may
from chassis.db import Reader
from chassis.errors import NotFound
from chassis.http import IfMatch, RuntimeDep, check_version, json_response, with_etag
from chassis.pages import Page, PageQuery
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from chassis.sheets import SHEET_BYTES_MAX
from contracts.catalog import ProductStatus
from services.catalog.access import ACCESS
from services.catalog.commands import products as commands
from services.catalog.domain.assortments import EVERYTHING
from services.catalog.domain.products import MOVES, Product, Stored
from services.catalog.domain.tax import USUAL
from services.catalog.domain.units import Factor, price_of_unit
from services.catalog.queries import products as queries
from services.catalog.queries.products import Eyes
from services.catalog.routes.sheets import row_fault
from services.catalog.schemas.fields import Moment
from services.catalog.schemas.products import (
    DealerPrice,
    ImportResult,
    OrderLimitsResponse,
    ProductChange,
    ProductImport,
    ProductRequest,
    ProductResponse,
    RowFault,
    UnitRequest,
    UnitResponse,
)

SHOWN_TO_BUYERS = (ProductStatus.ACTIVE,)
VERBS: Mapping[ProductStatus, str] = {
    ProductStatus.ACTIVE: "products.activate",
    ProductStatus.SUSPENDED: "products.suspend",
    ProductStatus.RETIRED: "products.retire",
}

router = APIRouter(prefix="/products", tags=["catalog"])
AsOf = Annotated[Moment | None, Query(description="Prices as they were at this time.")]
Viewer = Annotated[Actor, Depends(allowed("products.view"))]
Changer = Annotated[Actor, Depends(allowed("products.change"))]
Activator = Annotated[Actor, Depends(allowed("products.activate"))]
Suspender = Annotated[Actor, Depends(allowed("products.suspend"))]
Retirer = Annotated[Actor, Depends(allowed("products.retire"))]


@router.get("", response_model=Page[ProductResponse])
async def list_products(  # noqa: PLR0913, PLR0917  (filters)
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    q: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    category: Annotated[str | None, Query(max_length=64)] = None,
    status: Annotated[list[ProductStatus] | None, Query()] = None,
    dealer_id: UUID | None = None,
    as_of: AsOf = None,
) -> Page[ProductResponse]:
    """Products by SKU. A dealer sees what he may buy, with his own prices; the staff what the
    dealer whom they name sees, or everything.

    `as_of`: what he was asked to pay at that time; the products are those of now.
    """
    async with reading(runtime, actor) as reader:
        eyes = await _eyes(reader, actor, dealer_id, as_of)
        found = await queries.search(
            reader,
            page,
            text=q,
            category=category,
            statuses=_shown_statuses(actor, status),
            assortment=eyes.assortment if eyes else EVERYTHING,
        )
        prices = await queries.prices(reader, eyes, found[: page.limit]) if eyes else {}
    rows = [_shown(actor, product, eyes, prices.get(product.sku)) for product in found]
    return Page[ProductResponse].of(rows, page, key=lambda one: (one.sku,))


@router.get("/{sku}", response_model=ProductResponse)
async def get_product(
    sku: str,
    actor: Viewer,
    runtime: RuntimeDep,
    dealer_id: UUID | None = None,
    as_of: AsOf = None,
) -> Response:
    """One product, with the price as in the list."""
    async with reading(runtime, actor) as reader:
        product = await queries.product(reader, sku)
        if product.status is ProductStatus.DRAFT and not actor.roles & STAFF:
            raise NotFound
        eyes = await _eyes(reader, actor, dealer_id, as_of)
        if eyes and actor.dealer_id and not eyes.assortment.sells(sku, product.category):
            raise NotFound
        prices = await queries.prices(reader, eyes, [product]) if eyes else {}
    shown = _shown(actor, product, eyes, prices.get(sku))
    return with_etag(json_response(shown), product.version)


@router.post("", status_code=201, response_model=ProductResponse)
async def add_product(body: ProductRequest, actor: Changer, runtime: RuntimeDep) -> Response:
    """A new product; its SKU makes the request safe to repeat: the second one is refused."""
    async with acting(runtime, actor) as tx:
        product = await commands.add_product(tx, _product(body), datetime.now(UTC))
    return _answer(actor, product, status=201)


@router.post("/import", response_model=ImportResult, max_body_size=SHEET_BYTES_MAX)
async def import_products(body: ProductImport, actor: Changer, runtime: RuntimeDep) -> ImportResult:
    """Up to 2,000 products as they should be; bad rows are reported, the others are stored."""
    products, places, faults = read_rows(body.rows)
    async with acting(runtime, actor) as tx:
        outcome = await commands.put_products(tx, products, datetime.now(UTC))
    return import_result(places, outcome, faults)


@router.patch("/{sku}", response_model=ProductResponse)
async def change_product(
    sku: str, body: ProductChange, actor: Changer, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Change what the body names; null takes the barcode away, and means nothing elsewhere."""
    given = body.model_dump(exclude_unset=True)
    change = {k: v for k, v in given.items() if v is not None or k == "barcode"}
    if body.units is not None:
        change["units"] = _factors(body.units)
    if body.tax_rate_bp is not None:
        change["tax_class"] = None
    async with acting(runtime, actor) as tx:
        product = await commands.change_product(
            tx,
            sku,
            lambda known: replace(known, **change),
            datetime.now(UTC),
            lambda version: check_version(version, if_match),
        )
    return _answer(actor, product)


@router.post("/{sku}/activate", response_model=ProductResponse)
async def activate_product(
    sku: str, actor: Activator, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Put a product up for sale."""
    return await _move(runtime, actor, sku, ProductStatus.ACTIVE, if_match)


@router.post("/{sku}/suspend", response_model=ProductResponse)
async def suspend_product(
    sku: str, actor: Suspender, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Take a product off sale for a while; orders that have it go on."""
    return await _move(runtime, actor, sku, ProductStatus.SUSPENDED, if_match)


@router.post("/{sku}/retire", response_model=ProductResponse)
async def retire_product(
    sku: str, actor: Retirer, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Take a product off sale for good; its history stays."""
    return await _move(runtime, actor, sku, ProductStatus.RETIRED, if_match)


def read_rows(
    rows: Sequence[dict[str, JsonValue]],
) -> tuple[list[Product], dict[str, int], list[RowFault]]:
    """Products, their rows by SKU, and what is wrong with the other rows.

    Of a repeated SKU the first row counts.
    """
    products: list[Product] = []
    places: dict[str, int] = {}
    faults: list[RowFault] = []
    for place, row in enumerate(rows):
        try:
            product = _product(ProductRequest.model_validate(row))
        except ValidationError as error:
            faults += [row_fault(place, row, one["loc"], one["msg"]) for one in error.errors()]
            continue
        if product.sku in places:
            faults.append(row_fault(place, row, ("sku",), "An earlier row has this SKU."))
        else:
            products.append(product)
            places[product.sku] = place
    return products, places, faults


def import_result(
    places: Mapping[str, int], outcome: Stored, faults: Sequence[RowFault]
) -> ImportResult:
    """What became of the rows; `places` by SKU."""
    refused = [
        RowFault(row=places[sku], sku=sku, field=None, fault=fault.title)
        for sku, fault in outcome.refused.items()
    ]
    return ImportResult(
        created=len(outcome.created),
        changed=len(outcome.changed),
        unchanged=len(places) - len(outcome.written) - len(outcome.refused),
        faults=sorted([*faults, *refused], key=lambda fault: fault.row),
    )


async def _move(
    runtime: Runtime, actor: Actor, sku: str, status: ProductStatus, if_match: int | None
) -> Response:
    async with acting(runtime, actor) as tx:
        product = await commands.move_product(
            tx, sku, status, lambda version: check_version(version, if_match)
        )
    return _answer(actor, product)


async def _eyes(
    reader: Reader, actor: Actor, dealer_id: UUID | None, as_of: datetime | None
) -> Eyes | None:
    """A dealer sees with no eyes but his own, whomever he names (E-27)."""
    wanted = actor.dealer_id or dealer_id
    if wanted is None or not may(ACCESS, actor, "prices.view"):
        return None
    return await queries.eyes_of(reader, wanted, as_of or datetime.now(UTC))


def _shown_statuses(actor: Actor, asked: Sequence[ProductStatus] | None) -> Sequence[ProductStatus]:
    if not actor.roles & STAFF:
        return SHOWN_TO_BUYERS
    return asked or tuple(ProductStatus)


def _product(body: ProductRequest) -> Product:
    facts = body.model_dump() | {"units": _factors(body.units)}
    if body.tax_rate_bp is None:  # what the class asks for now is known where it is stored
        facts |= {"tax_class": body.tax_class or USUAL, "tax_rate_bp": 0}
    return Product(**facts)


def _factors(units: Sequence[UnitRequest]) -> dict[str, Factor]:
    return {one.unit: Factor(one.numerator, one.denominator) for one in units}


def _answer(actor: Actor, product: Product, *, status: int = 200) -> Response:
    return with_etag(json_response(_shown(actor, product), status), product.version)


def _shown(
    actor: Actor, product: Product, eyes: Eyes | None = None, price: DealerPrice | None = None
) -> ProductResponse:
    verbs = ["products.change", *(VERBS[status] for status in sorted(MOVES[product.status]))]
    return ProductResponse(
        sku=product.sku,
        name_zh=product.name_zh,
        name_en=product.name_en,
        category=product.category,
        unit=product.unit,
        tax_class=product.tax_class,
        tax_rate_bp=product.tax_rate_bp,
        barcode=product.barcode,
        attributes=dict(product.attributes),
        status=product.status,
        lot_tracked=product.lot_tracked,
        version=product.version,
        price=price,
        units=[_unit(name, factor, price) for name, factor in product.units.items()],
        order_limits=eyes and _limits(eyes, product),
        allowed_actions=allowed_actions(ACCESS, actor, verbs),
    )


def _limits(eyes: Eyes, product: Product) -> OrderLimitsResponse:
    limits = eyes.limits.of(product.sku, product.category)
    return OrderLimitsResponse(
        minimum=limits.minimum, multiple=limits.multiple, maximum=limits.maximum
    )


def _unit(name: str, factor: Factor, price: DealerPrice | None) -> UnitResponse:
    reached = [
        step
        for step in (price.breaks if price else ())
        if step.min_quantity * factor.denominator <= factor.numerator
    ]
    return UnitResponse(
        unit=name,
        numerator=factor.numerator,
        denominator=factor.denominator,
        unit_price=price_of_unit(
            reached[-1].unit_price, base=factor.numerator, ordered=factor.denominator
        )
        if reached
        else None,
    )
