"""Of each kind of address one is the usual one, and a dealer has so many and no more."""

import pytest

from services.dealers.domain import places as domain
from services.dealers.domain.places import ENTRIES_MAX, AddressKind, TooManyEntries
from tests.builders.dealers import an_address


def test_the_first_of_a_kind_is_the_usual_one_whatever_it_says():
    bill_to = an_address(kind=AddressKind.BILL_TO, usual=True)

    [placed] = domain.placed([bill_to], an_address(usual=False))

    assert placed.usual


def test_who_was_the_usual_one_steps_back_before_the_next_comes():
    before, coming = an_address(usual=True), an_address(usual=True)

    stepped_back, placed = domain.placed([before, an_address()], coming)

    assert (stepped_back.address_id, stepped_back.usual, stepped_back.version) == (
        before.address_id,
        False,
        2,
    )
    assert placed == coming


def test_a_dealer_has_so_many_addresses_and_no_more():
    held = [an_address(usual=True), *(an_address() for _ in range(ENTRIES_MAX - 1))]

    with pytest.raises(TooManyEntries):
        domain.placed(held, an_address())

    assert domain.placed(held, held[-1]) == [held[-1]]


def test_the_oldest_of_its_kind_follows_a_usual_one_that_goes():
    gone, oldest, younger = an_address(usual=True), an_address(), an_address()
    held = [younger, oldest, gone, an_address(kind=AddressKind.BILL_TO)]

    heir = domain.heir(held, gone)

    assert heir is not None
    assert (heir.address_id, heir.usual) == (oldest.address_id, True)
    assert domain.heir(held, younger) is None
    assert domain.heir([gone], gone) is None
