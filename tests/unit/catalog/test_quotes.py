"""The token of a quote: only catalog can make one, and it dies in time."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.catalog import PricedLine
from contracts.quotes import ExpiredQuote, InvalidQuote, Quote, read_keys, seal, unseal
from tests.builders.catalog import NOON

OLD, NEW = "o" * 32, "n" * 32
LATER = NOON + timedelta(minutes=15)


def a_quote():
    line = PricedLine(
        line_no=1,
        sku="A",
        name="螺丝",
        unit="件",
        quantity=2,
        unit_price="10",
        tax_rate_bp=1_300,
        net_minor=1_770,
        tax_minor=230,
        gross_minor=2_000,
        price_list_id=uuid4(),
        price_list_version=1,
        rule="价目表 CITY-2026 第 1 版，1 件起，含税",
    )
    return Quote(
        quote_id=uuid4(),
        dealer_id=uuid4(),
        priced_at=NOON,
        expires_at=LATER,
        currency="CNY",
        lines=(line,),
        total_minor=2_000,
    )


def test_a_token_gives_back_the_quote():
    keys, quote = read_keys(OLD), a_quote()

    assert unseal(seal(quote, keys), keys, NOON) == quote


def test_a_quote_holds_until_the_moment_it_expires():
    keys = read_keys(OLD)
    token = seal(a_quote(), keys)

    assert unseal(token, keys, LATER - timedelta(microseconds=1))
    with pytest.raises(ExpiredQuote):
        unseal(token, keys, LATER)


def test_a_token_outlives_the_rotation_of_its_key_and_not_its_removal():
    token = seal(a_quote(), read_keys(OLD))

    assert unseal(token, read_keys(f"{NEW}\n{OLD}\n"), NOON)
    with pytest.raises(InvalidQuote):
        unseal(token, read_keys(NEW), NOON)


def test_every_changed_character_of_a_token_is_found_out():
    keys = read_keys(OLD)
    token = seal(a_quote(), keys)

    for place in range(len(token) - 1):  # the last one carries two bits that say nothing
        changed = "A" if token[place] != "A" else "B"
        with pytest.raises(InvalidQuote):
            unseal(token[:place] + changed + token[place + 1 :], keys, NOON)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "eyJhbGciOiJub25lIn0.e30.",
        "ё.e30.x",
        "x" * 600_000,
    ],
)
def test_what_is_no_token_is_invalid(token):
    with pytest.raises(InvalidQuote):
        unseal(token, read_keys(OLD), NOON)


@pytest.mark.parametrize("text", ["", "\n\n", "short", f"{OLD}\nshort"])
def test_a_weak_key_file_is_refused(text):
    with pytest.raises(ValueError, match="quote key"):
        read_keys(text)
