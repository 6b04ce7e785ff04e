"""The check of unified social credit codes, on codes of real companies and on damaged ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dealers.domain import credit_codes
from services.dealers.domain.credit_codes import SIGNS, check_sign


@pytest.mark.parametrize("code", ["91440300708461136T", "91110000802100433B", "91330100799655058B"])
def test_codes_of_real_companies_are_right(code):
    assert credit_codes.fault(code) is None


STEMS = st.text(alphabet=SIGNS, min_size=17, max_size=17)


@given(STEMS, st.integers(0, 17), st.sampled_from(SIGNS))
def test_a_wrong_sign_anywhere_is_found_out(stem, place, sign):
    code = stem + check_sign(stem)
    damaged = code[:place] + sign + code[place + 1 :]

    assert (credit_codes.fault(damaged) is None) == (damaged == code)


@given(STEMS, st.integers(0, 16))
def test_two_neighbours_in_wrong_order_are_found_out(stem, place):
    code = stem + check_sign(stem)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert (credit_codes.fault(swapped) is None) == (swapped == code)


@pytest.mark.parametrize("code", ["", "9", "914403007084611360", "9144030070846113OT", "9" * 19])
def test_what_is_no_code_is_told_why(code):
    assert credit_codes.fault(code)
