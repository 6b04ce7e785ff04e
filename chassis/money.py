"""Amounts in minor units: one rounding rule, half up per line; sums are never computed again.

The rule is the domain's 5.8, and its vectors V-1…V-7 are the tests. Integers and decimals only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

MINOR_UNITS = 100
"""Fen in a yuan."""
PRICE_PLACES = 6
"""Decimals that a unit price may have."""
BASIS_POINTS = 10_000
_MICROS_PER_MINOR = 10**PRICE_PLACES // MINOR_UNITS


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a line comes to; `gross_minor` is always `net_minor + tax_minor`."""

    net_minor: int
    tax_minor: int
    gross_minor: int


def divide(numerator: int, denominator: int) -> int:
    """The quotient rounded half up; a negative one is the mirror of the positive one."""
    if numerator < 0:
        return -divide(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def micros(unit_price: Decimal) -> int:
    """A unit price in millionths of the currency; raises ValueError beyond six decimals."""
    scaled = unit_price.scaleb(PRICE_PLACES)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{unit_price} has more than {PRICE_PLACES} decimals")
    return int(scaled)


def line_minor(unit_price_micros: int, quantity: int) -> int:
    """Price times quantity, rounded once."""
    return divide(unit_price_micros * quantity, _MICROS_PER_MINOR)


def inclusive(gross_minor: int, tax_rate_bp: int) -> Amounts:
    """Split an amount that contains the tax 含税."""
    tax = divide(gross_minor * tax_rate_bp, BASIS_POINTS + tax_rate_bp)
    return Amounts(gross_minor - tax, tax, gross_minor)


def exclusive(net_minor: int, tax_rate_bp: int) -> Amounts:
    """Put the tax on an amount that lacks it 未税."""
    tax = divide(net_minor * tax_rate_bp, BASIS_POINTS)
    return Amounts(net_minor, tax, net_minor + tax)


def amounts(line_amount_minor: int, tax_rate_bp: int, *, tax_inclusive: bool) -> Amounts:
    """Net, tax and gross of a line, by the kind of its price list."""
    split = inclusive if tax_inclusive else exclusive
    return split(line_amount_minor, tax_rate_bp)


def spread(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Share a total out by weight, to the last unit, by the largest remainder.

    Of equal remainders the larger weight comes first, then the earlier place. Raises ValueError
    when nothing has weight.
    """
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("nothing to spread over: the weights sum to 0")
    sign = -1 if total_minor < 0 else 1
    shares, remainders = [], []
    for place, weight in enumerate(weights):
        share, remainder = divmod(abs(total_minor) * weight, whole)
        shares.append(share)
        remainders.append((-remainder, -weight, place))
    for _, _, place in sorted(remainders)[: abs(total_minor) - sum(shares)]:
        shares[place] += 1
    return [sign * share for share in shares]


def cumulative(total_minor: int, part: int, whole: int) -> int:
    """What the first `part` of `whole` pieces come to; all of them come to the total exactly."""
    return divide(total_minor * part, whole)


def portion(total_minor: int, *, before: int, after: int, whole: int) -> int:
    """What the pieces between two counts come to: portions of a line always add up to it."""
    return cumulative(total_minor, after, whole) - cumulative(total_minor, before, whole)
