"""What the database leaves out of the lists that it offers can never have priced anything."""

import asyncio
from dataclasses import replace
from uuid import UUID

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.catalog.domain.audience import Audience
from services.catalog.domain.pricing import resolver
from services.catalog.store.pricing import published_lists
from tests.builders.catalog import DAY, NOON, a_published_list

HOURS = st.integers(-4, 4).map(lambda hours: NOON + hours * DAY / 24)


def a_list(number, **facts):
    return a_published_list(price_list_id=UUID(int=number), code=f"L-{number}", **facts)


LISTS = st.builds(
    a_list,
    st.sampled_from([1, 2]),
    version=st.integers(1, 3),
    published_at=HOURS,
    valid_from=HOURS,
    valid_to=st.none() | HOURS,
    retired_at=st.none() | HOURS,
)
ALWAYS = a_list(1, version=1, published_at=NOON - 9 * DAY, valid_from=NOON - 9 * DAY)
UNTIL_NOON = replace(ALWAYS, version=2, valid_to=NOON)
FROM_NOON = replace(ALWAYS, version=2, valid_from=NOON)
VERSIONS = st.lists(LISTS, max_size=6, unique_by=lambda one: (one.price_list_id, one.version))


def fits(one):
    return one.valid_to is None or one.valid_to > one.valid_from


async def store(connection, lists):
    heads = {one.price_list_id: one for one in lists}.values()
    await connection.executemany(
        "INSERT INTO price_lists VALUES ($1, $2, '价', 'CITY', 'CNY', 1)",
        [(one.price_list_id, one.code) for one in heads],
    )
    await connection.executemany(
        "INSERT INTO price_list_versions VALUES ($1, $2, $3, $4, $5, $6, $1, $1, $7, $8)",
        [
            (
                one.price_list_id,
                one.version,
                "RETIRED" if one.retired_at else "PUBLISHED",
                one.tax_inclusive,
                one.valid_from,
                one.valid_to,
                one.published_at,
                one.retired_at,
            )
            for one in lists
        ],
    )


async def offered(db, lists, since, until):
    async with db.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await store(connection, lists)
            return await published_lists(connection, [], since=since, until=until)
        finally:
            await transaction.rollback()


async def test_the_offered_lists_price_like_all_lists(catalog_db):
    loop, tried = asyncio.get_running_loop(), 0

    @settings(max_examples=100, deadline=None, database=None)
    @example([ALWAYS, UNTIL_NOON], NOON - DAY, NOON, NOON + DAY)
    @example([ALWAYS, FROM_NOON], NOON - DAY, NOON - DAY / 2, NOON)
    @given(VERSIONS, HOURS, HOURS, HOURS)
    def agree(lists, one, two, three):
        nonlocal tried
        lists, (since, at, until) = [x for x in lists if fits(x)], sorted([one, two, three])

        waited = asyncio.run_coroutine_threadsafe(offered(catalog_db, lists, since, until), loop)

        names = [
            [(found.code, found.version) for found in resolver(some)((Audience("CITY"),), at)]
            for some in (waited.result(), lists)
        ]
        assert names[0] == names[1]
        tried += 1

    await asyncio.to_thread(agree)
    assert tried >= 100
