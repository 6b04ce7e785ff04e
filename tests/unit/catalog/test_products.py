"""Products and categories: what a batch of them comes to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.catalog import ProductStatus
from services.catalog.domain import categories as tree
from services.catalog.domain import products as domain
from services.catalog.domain.categories import Category, CategoryTooDeep
from services.catalog.domain.products import (
    BarcodeTaken,
    StatusMoveRefused,
    Surroundings,
    UnknownCategory,
)
from tests.builders.catalog import a_product


def surroundings(*products):
    barcodes = {one.barcode: one.sku for one in products if one.barcode}
    return Surroundings({one.sku: one for one in products}, {"WJ"}, barcodes)


def test_new_products_are_created_others_changed_and_equal_ones_left_alone():
    there = surroundings(a_product("A", version=4), a_product("B", version=4))
    wanted = [a_product("A"), a_product("B", name_zh="改名"), a_product("C")]

    outcome = domain.put(wanted, there)

    assert (set(outcome.created), set(outcome.changed)) == ({"C"}, {"B"})
    assert (outcome.created["C"].version, outcome.changed["B"].version) == (1, 5)


def test_refusals_leave_the_others_alone():
    there = surroundings(
        a_product("GONE", status=ProductStatus.RETIRED), a_product("OWNER", barcode="6901")
    )
    wanted = [
        a_product("GONE"),
        a_product("THIEF", barcode="6901"),
        a_product("LOST", category="X"),
        a_product("GOOD"),
    ]

    outcome = domain.put(wanted, there)

    assert {sku: type(fault) for sku, fault in outcome.refused.items()} == {
        "GONE": StatusMoveRefused,
        "THIEF": BarcodeTaken,
        "LOST": UnknownCategory,
    }
    assert list(outcome.created) == ["GOOD"]


SKUS = st.sampled_from("ABC")
PRODUCTS = st.builds(
    a_product,
    SKUS,
    name_zh=st.sampled_from(["一", "二"]),
    barcode=st.none() | st.sampled_from(["6901", "6902"]),
    status=st.sampled_from(ProductStatus),
)
BATCHES = st.lists(PRODUCTS, max_size=3, unique_by=lambda one: one.sku)


@given(BATCHES, BATCHES)
def test_the_same_batch_again_changes_nothing(before, wanted):
    shop = {}
    for batch in (before, wanted):
        outcome = domain.put(batch, surroundings(*shop.values()))
        shop.update({one.sku: one for one in outcome.written})

    again = domain.put(wanted, surroundings(*shop.values()))

    assert again.changed.keys() | again.created.keys() <= outcome.refused.keys()
    codes = [one.barcode for one in shop.values() if one.barcode]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("before", ProductStatus)
@pytest.mark.parametrize("after", ProductStatus)
def test_a_status_moves_where_the_table_says(before, after):
    known = a_product(status=before)

    outcome = domain.move(known, after)

    if after is before:
        assert outcome == known
    elif after in domain.MOVES[before]:
        assert outcome == replace(known, status=after, version=2)
    else:
        assert isinstance(outcome, StatusMoveRefused)


def test_a_category_with_children_cannot_become_a_child():
    wj, ls = Category("WJ", "五金", "", None), Category("LS", "螺丝", "", "WJ")
    top = Category("TOP", "全部", "", None)
    known = {one.code: one for one in (wj, ls, top)}

    with pytest.raises(CategoryTooDeep) as refused:
        tree.put([replace(wj, parent_code="TOP")], known)

    assert refused.value.facts == {"categories": ["LS"]}


def test_a_category_cannot_be_its_own_parent():
    with pytest.raises(CategoryTooDeep):
        tree.put([Category("A", "甲", "", "A")], {})
