"""P-07: 箱 and 件 by rational factors; base units are whole or the line is refused."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.domain.units import (
    BrokenQuantity,
    Factor,
    Units,
    UnknownUnit,
    Wanted,
    base_lines,
    base_quantity,
    price_of_unit,
)

UNITS = {"A": Units("件", {"箱": Factor(12), "对": Factor(2), "半箱": Factor(13, 2)})}
FACTORS = st.builds(Factor, st.integers(1, 999), st.integers(1, 99))


def quantities(*lines):
    return [line.quantity for line in base_lines([Wanted(*line) for line in lines], UNITS)]


def test_lines_in_units_become_base_units():
    assert quantities(("A", 2, "箱"), ("A", 3, "件"), ("A", 4), ("A", 2, "半箱")) == [24, 3, 4, 13]


def test_a_quantity_that_is_no_whole_number_of_base_units_is_refused_where_it_stands():
    with pytest.raises(BrokenQuantity) as refusal:
        quantities(("A", 1), ("A", 3, "半箱"))

    [fault] = refusal.value.facts["faults"]
    assert fault == {"pointer": "/lines/1/quantity", "fault": "one 半箱 is 13/2 件"}


def test_an_unknown_unit_is_refused_with_those_there_are():
    with pytest.raises(UnknownUnit) as refusal:
        quantities(("A", 1, "托"))

    [fault] = refusal.value.facts["faults"]
    assert (fault["pointer"], fault["units"]) == ("/lines/0/unit", ["件", "半箱", "对", "箱"])


@given(FACTORS, st.integers(1, 10**6))
def test_base_units_are_exact_or_none(factor, quantity):
    exact = Fraction(quantity * factor.numerator, factor.denominator)

    assert base_quantity(quantity, factor) == (exact if exact.denominator == 1 else None)


@pytest.mark.parametrize(
    ("unit_price", "base", "ordered", "price"),
    [("9.5", 24, 2, "114"), ("0.333333", 12, 1, "3.999996"), ("1", 1, 3, "0.333333")],
)
def test_the_price_of_a_unit_is_that_of_its_base_units(unit_price, base, ordered, price):
    assert price_of_unit(unit_price, base=base, ordered=ordered) == price
