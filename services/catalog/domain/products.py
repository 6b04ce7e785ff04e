"""Products: what may be said of one, and how its status may move."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from chassis.errors import DomainError
from contracts.catalog import ProductState, ProductStatus, ProductUnit
from services.catalog.domain.tax import UnknownTaxClass
from services.catalog.domain.units import BaseUnitRepeated, Factor


class ProductExists(DomainError):
    """There is a product with this SKU already.

    zh: 商品编码已存在。
    请修改已有商品，或换一个编码。

    Change the one that is there, or choose another SKU.
    """


class UnknownCategory(DomainError):
    """There is no category with this code.

    zh: 商品分类不存在。
    请先建立该分类。

    Make the category first.
    """

    status = 422


class BarcodeTaken(DomainError):
    """Another product has this barcode.

    zh: 条码已被其他商品使用。
    """


class StatusMoveRefused(DomainError):
    """A product cannot go from its present status to this one.

    zh: 商品当前状态不允许此变更。
    """


@dataclass(frozen=True, slots=True)
class Product:
    """A stock keeping unit."""

    sku: str
    name_zh: str
    name_en: str
    category: str
    unit: str
    tax_rate_bp: int
    barcode: str | None
    attributes: Mapping[str, str]
    status: ProductStatus
    version: int = 1
    units: Mapping[str, Factor] = field(default_factory=dict[str, Factor])
    """Beside the base unit."""
    lot_tracked: bool = False
    tax_class: str | None = None
    """None: the rate is its own. Otherwise `tax_rate_bp` is that of the class now."""

    @property
    def state(self) -> ProductState:
        """What other services are told."""
        return ProductState(
            version=self.version,
            sku=self.sku,
            name=self.name_zh,
            category=self.category,
            unit=self.unit,
            tax_rate_bp=self.tax_rate_bp,
            status=self.status,
            units=tuple(
                ProductUnit(unit=name, numerator=one.numerator, denominator=one.denominator)
                for name, one in sorted(self.units.items())
            ),
            lot_tracked=self.lot_tracked,
        )


MOVES: Mapping[ProductStatus, frozenset[ProductStatus]] = {
    ProductStatus.DRAFT: frozenset({ProductStatus.ACTIVE, ProductStatus.RETIRED}),
    ProductStatus.ACTIVE: frozenset({ProductStatus.SUSPENDED, ProductStatus.RETIRED}),
    ProductStatus.SUSPENDED: frozenset({ProductStatus.ACTIVE, ProductStatus.RETIRED}),
    ProductStatus.RETIRED: frozenset(),
}
"""Where a product may go from each status; retired is for good, its history stays."""


@dataclass(slots=True)
class Surroundings:
    """What is there before a batch of products is stored; it grows with the batch."""

    products: dict[str, Product]
    categories: Collection[str]
    barcodes: dict[str, str]
    """SKU by barcode."""
    tax_rates: Mapping[str, int] = field(default_factory=dict[str, int])
    """The rate of now by tax class."""


@dataclass(slots=True)
class Stored:
    """What a batch of products comes to, per SKU; what is in none of these stays as it was."""

    created: dict[str, Product] = field(default_factory=dict[str, Product])
    changed: dict[str, Product] = field(default_factory=dict[str, Product])
    refused: dict[str, DomainError] = field(default_factory=dict[str, DomainError])
    before: Mapping[str, Product] = field(default_factory=dict[str, Product])

    @property
    def written(self) -> list[Product]:
        return [*self.created.values(), *self.changed.values()]


def put(products: Sequence[Product], there: Surroundings) -> Stored:
    """Store products as they should be: distinct SKUs; refusals are UnknownCategory,
    UnknownTaxClass, BarcodeTaken, BaseUnitRepeated, StatusMoveRefused.
    """
    outcome = Stored(before=there.products)
    for asked in products:
        known = there.products.get(asked.sku)
        wanted = replace(
            asked, tax_rate_bp=there.tax_rates.get(asked.tax_class or "", asked.tax_rate_bp)
        )
        if fault := _fault(wanted, known, there):
            outcome.refused[wanted.sku] = fault
        elif known is None:
            outcome.created[wanted.sku] = replace(wanted, version=1)
        elif replace(wanted, version=known.version) != known:
            outcome.changed[wanted.sku] = replace(wanted, version=known.version + 1)
        if wanted.sku not in outcome.refused and wanted.barcode:
            there.barcodes[wanted.barcode] = wanted.sku
    return outcome


def changes(before: Product | None, after: Product) -> dict[str, tuple[str | None, str | None]]:
    """What differs, as text, by field: before and after."""
    old, new = _told(before), _told(after)
    return {
        name: (old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    }


def _told(product: Product | None) -> dict[str, str | None]:
    if product is None:
        return {}
    plain = (
        "name_zh",
        "name_en",
        "category",
        "unit",
        "tax_class",
        "tax_rate_bp",
        "barcode",
        "status",
        "lot_tracked",
    )
    told = {name: getattr(product, name) for name in plain}
    attributes = {f"attributes.{name}": text for name, text in product.attributes.items()}
    units = {f"units.{name}": factor.words for name, factor in product.units.items()}
    plainly = {name: None if fact is None else str(fact) for name, fact in told.items()}
    return plainly | attributes | units


def move(product: Product, status: ProductStatus) -> Product | StatusMoveRefused:
    """The product in another status; where it is there already, nothing changes."""
    if status is product.status:
        return product
    if status not in MOVES[product.status]:
        return StatusMoveRefused(
            current_status=product.status, allowed=sorted(MOVES[product.status])
        )
    return replace(product, status=status, version=product.version + 1)


def _fault(wanted: Product, known: Product | None, there: Surroundings) -> DomainError | None:
    if wanted.category not in there.categories:
        return UnknownCategory(category=wanted.category)
    if wanted.tax_class and wanted.tax_class not in there.tax_rates:
        return UnknownTaxClass(tax_class=wanted.tax_class, known=sorted(there.tax_rates))
    if wanted.unit in wanted.units:
        return BaseUnitRepeated(unit=wanted.unit)
    if wanted.barcode and there.barcodes.get(wanted.barcode, wanted.sku) != wanted.sku:
        return BarcodeTaken(barcode=wanted.barcode)
    if known and isinstance(fault := move(known, wanted.status), StatusMoveRefused):
        return fault
    return None
