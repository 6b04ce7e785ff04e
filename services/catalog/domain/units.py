"""Units beside the base unit, as 箱 beside 件 (P-07): rational factors, whole base units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from chassis import money
from chassis.errors import DomainError
from contracts.catalog import LineAsk


class UnknownUnit(DomainError):
    """A product is not sold in this unit.

    zh: 商品没有该单位。
    请使用 faults 中列出的单位。

    Use one of the units that `faults` names.
    """

    status = 422


class BrokenQuantity(DomainError):
    """A quantity does not come to whole base units.

    zh: 数量换算后不是整数个基本单位。
    请按 faults 中的提示修改数量。

    Change it to what `faults` asks for.
    """

    status = 422


class BaseUnitRepeated(DomainError):
    """The base unit stands among the other units of a product.

    zh: 基本单位不能再作为换算单位。
    """

    status = 422


class Factor(NamedTuple):
    """One of a unit is so many base units; 1/2 is numerator 1, denominator 2."""

    numerator: int
    denominator: int = 1

    @property
    def words(self) -> str:
        return (
            f"{self.numerator}" if self.denominator == 1 else f"{self.numerator}/{self.denominator}"
        )


class Units(NamedTuple):
    """The base unit of a product, and its other units."""

    base: str
    others: Mapping[str, Factor]

    def factor(self, unit: str) -> Factor | None:
        return Factor(1) if unit == self.base else self.others.get(unit)


class Wanted(NamedTuple):
    """A line as somebody asks for it; no unit: base units."""

    sku: str
    quantity: int
    unit: str | None = None


def base_quantity(quantity: int, factor: Factor) -> int | None:
    """Whole base units; None where they would not be whole."""
    whole, rest = divmod(quantity * factor.numerator, factor.denominator)
    return None if rest else whole


def price_of_unit(unit_price: str, *, base: int, ordered: int) -> str:
    """What one of `ordered` units costs that are `base` base units together; six decimals, half up.

    It is for the eyes: amounts are computed from the price of a base unit.
    """
    micros = money.divide(money.micros(Decimal(unit_price)) * base, ordered)
    return f"{Decimal(micros).scaleb(-money.PRICE_PLACES).normalize():f}"


def base_lines(wanted: Sequence[Wanted], units: Mapping[str, Units]) -> list[LineAsk]:
    """The lines in base units; unknown SKUs stay as they are.

    Raises UnknownUnit, BrokenQuantity.
    """
    return [
        LineAsk(line_no=place, sku=line.sku, quantity=_base(place, line, units.get(line.sku)))
        for place, line in enumerate(wanted, start=1)
    ]


def _base(place: int, line: Wanted, units: Units | None) -> int:
    if line.unit is None or units is None:
        return line.quantity
    factor = units.factor(line.unit)
    if factor is None:
        known = sorted({units.base, *units.others})
        fault = {"pointer": f"/lines/{place - 1}/unit", "fault": line.unit, "units": known}
        raise UnknownUnit(faults=[fault])
    whole = base_quantity(line.quantity, factor)
    if not whole:
        pointer = f"/lines/{place - 1}/quantity"
        words = f"one {line.unit} is {factor.words} {units.base}"
        raise BrokenQuantity(faults=[{"pointer": pointer, "fault": words}])
    return whole
