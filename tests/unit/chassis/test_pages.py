"""Cursors: what goes in comes out, and what was made up is refused."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from chassis.errors import InvalidRequest
from chassis.pages import Page, PageRequest, decode, encode


class Item(BaseModel):
    number: int


KEYS = st.lists(
    st.one_of(
        st.integers(-(1 << 63), (1 << 63) - 1),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
        st.uuids(),
        st.datetimes(timezones=st.just(UTC)),
        st.dates(),
    ),
    min_size=1,
    max_size=4,
).map(tuple)


@given(KEYS)
def test_a_cursor_gives_back_its_key_with_the_same_types(key):
    back = decode(encode(key))

    assert back == key
    assert [type(part) for part in back] == [type(part) for part in key]


@given(st.text(max_size=100))
def test_a_made_up_cursor_is_refused_or_harmless(cursor):
    with suppress(InvalidRequest):
        assert all(isinstance(part, (int, str, UUID, datetime, date)) for part in decode(cursor))


@pytest.mark.parametrize(
    "key",
    [
        (1,),
        ("a", 1),
        (UUID(int=1), UUID(int=2)),
        (),
    ],
)
def test_a_cursor_of_another_list_is_refused(key):
    with pytest.raises(InvalidRequest):
        PageRequest(decode(encode(key)), 10).key(UUID)


def test_the_first_page_has_no_key():
    assert PageRequest(None, 10).key(datetime, UUID) == (None, None)


def test_a_number_beyond_the_database_is_refused():
    with pytest.raises(InvalidRequest):
        decode(encode((1 << 63,)))


def test_times_of_any_zone_come_back_as_utc():
    shanghai = datetime(2026, 11, 25, 8, tzinfo=timezone(timedelta(hours=8)))

    (back,) = decode(encode((shanghai,)))

    assert back == shanghai
    assert back.tzinfo is UTC


@given(st.integers(0, 25), st.integers(1, 10))
def test_pages_together_are_the_list(length, limit):
    rows = [Item(number=number) for number in range(length)]
    shown, cursor, pages = [], None, 0

    while cursor or not pages:
        page = PageRequest(decode(cursor) if cursor else None, limit)
        (after,) = page.key(int)
        rest = [row for row in rows if after is None or row.number > after]
        part = Page[Item].of(rest[: page.fetch], page, key=lambda row: (row.number,))
        shown += part.items
        cursor, pages = part.next_cursor, pages + 1

    assert shown == rows
    assert pages == max(1, -(-length // limit))
