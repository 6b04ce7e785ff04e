"""PriceOrder against a real database: as of the submission, few statements, no way around."""

from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from chassis.consumer import Delivery, Dispatch
from chassis.db import transaction
from chassis.ids import uuid7
from contracts.catalog import OrderPriced, PricingRefused
from services.catalog.commands import price_lists, pricing, products
from services.catalog.consumers import SUBSCRIPTIONS
from services.catalog.domain.categories import Category
from tests.builders.catalog import DAY, NOON, a_price_list, a_price_order, a_product, entries
from tests.builders.dealers import a_dealer_state


def anything(_):
    """Any version will do."""


def a_delivery(message):
    return Delivery(uuid7(), message.type, message.key, message.model_dump_json().encode())


async def deliver(db, *messages):
    await Dispatch(db, SUBSCRIPTIONS).deliver([a_delivery(message) for message in messages])


async def answers(db, kind):
    rows = await db.fetch("SELECT body FROM outbox WHERE type = $1 ORDER BY position", kind.type)
    return [kind.model_validate_json(row["body"]) for row in rows]


async def publish(db, fresh, prices, *, now=None):
    async with transaction(db) as tx:
        await price_lists.create_list(tx, fresh, prices)
        await price_lists.publish(
            tx,
            fresh.price_list_id,
            publisher=uuid4(),
            now=now or datetime.now(UTC),
            second_person=True,
            check=anything,
        )


@pytest.fixture
async def db(catalog_db):
    async with transaction(catalog_db) as tx:
        await products.put_categories(tx, [Category("WJ", "五金", "Hardware", None)])
        await products.put_products(tx, [a_product("A"), a_product("B")], NOON)
    return catalog_db


async def test_an_order_is_priced_by_the_list_of_its_dealers_tier(db):
    dealer = a_dealer_state(tier="CITY")
    await deliver(db, dealer)
    await publish(db, a_price_list("CITY"), entries(A="10", B="2.5"))
    await publish(db, a_price_list("COUNTY"), entries(A="99", B="99"))
    order = a_price_order(dealer.dealer_id, datetime.now(UTC), A=2, B=3)

    await deliver(db, order)

    [priced] = await answers(db, OrderPriced)
    assert priced.order_id == order.order_id
    assert priced.total_minor == 2_000 + 750
    assert [line.unit_price for line in priced.lines] == ["10", "2.5"]


async def test_an_order_without_a_price_is_refused_with_the_reason(db):
    dealer = a_dealer_state(tier="CITY")
    await deliver(db, dealer)
    await publish(db, a_price_list("CITY"), entries(A="10"))
    now = datetime.now(UTC)

    await deliver(
        db,
        a_price_order(dealer.dealer_id, now, A=1, B=1),
        a_price_order(dealer.dealer_id, now, GHOST=1),
        a_price_order(uuid4(), now, A=1),
    )

    refused = await answers(db, PricingRefused)
    assert [(one.reason, one.skus) for one in refused] == [
        ("no-price", ("B",)),
        ("unknown-sku", ("GHOST",)),
        ("unknown-dealer", ()),
    ]


async def test_an_order_is_priced_as_of_its_submission_however_late_it_is_asked_about(db):
    """E-05, P-21: what changed since changes nothing for it."""
    dealer = a_dealer_state(tier="CITY")
    await deliver(db, dealer)
    city = a_price_list("CITY", valid_from=datetime.now(UTC) - 9 * DAY)
    await publish(db, city, entries(A="10"), now=datetime.now(UTC) - 8 * DAY)
    submitted = datetime.now(UTC)
    async with transaction(db) as tx:
        await price_lists.draft_version(
            tx,
            city.price_list_id,
            tax_inclusive=True,
            window=city.newest.window,
            drafted_by=uuid4(),
            check=anything,
        )
        await price_lists.put_entries(
            tx, city.price_list_id, entries(A="11"), replace_all=False, check=anything
        )
        await price_lists.publish(
            tx,
            city.price_list_id,
            publisher=uuid4(),
            now=datetime.now(UTC),
            second_person=True,
            check=anything,
        )

    await deliver(
        db,
        a_price_order(dealer.dealer_id, submitted, A=1),
        a_price_order(dealer.dealer_id, datetime.now(UTC), A=1),
    )

    assert [one.total_minor for one in await answers(db, OrderPriced)] == [1_000, 1_100]


async def test_another_tier_prices_what_is_ordered_after_the_change(db):
    """F-51: a dealer who moves at T pays other prices for what he submits from T on."""
    county = a_dealer_state(tier="COUNTY", version=1)
    yesterday = datetime.now(UTC) - DAY
    await publish(db, a_price_list("CITY"), entries(A="9"), now=yesterday)
    await publish(db, a_price_list("COUNTY"), entries(A="10"), now=yesterday)
    await deliver(db, county)
    await deliver(db, county.model_copy(update={"tier": "CITY", "version": 2}))
    await deliver(db, county)  # late, and older

    await deliver(
        db,
        a_price_order(county.dealer_id, yesterday + DAY / 2, A=1),
        a_price_order(county.dealer_id, datetime.now(UTC), A=1),
    )

    assert [one.total_minor for one in await answers(db, OrderPriced)] == [1_000, 900]


async def test_a_move_prices_what_is_ordered_after_it(db):
    there = a_dealer_state(tier="CITY", province="江苏省", version=1)
    yesterday = datetime.now(UTC) - DAY
    await publish(db, a_price_list("CITY"), entries(A="9"), now=yesterday)
    await publish(db, a_price_list("CITY", province="浙江省"), entries(A="7"), now=yesterday)
    await deliver(db, there)
    await deliver(db, there.model_copy(update={"province": "浙江省", "version": 2}))

    await deliver(
        db,
        a_price_order(there.dealer_id, yesterday + DAY / 2, A=1),
        a_price_order(there.dealer_id, datetime.now(UTC), A=1),
    )

    assert [one.total_minor for one in await answers(db, OrderPriced)] == [900, 700]


async def test_a_dealer_heard_of_before_provinces_were_kept_gets_his_by_hearing_it_again(db):
    state = a_dealer_state(tier="CITY", province="浙江省")
    await deliver(db, state)
    await db.execute("UPDATE dealers SET province = '', provinces = ARRAY['']")
    await publish(db, a_price_list("CITY", province="浙江省"), entries(A="7"))

    await deliver(db, state)
    await deliver(db, a_price_order(state.dealer_id, datetime.now(UTC) + DAY, A=1))

    assert [one.total_minor for one in await answers(db, OrderPriced)] == [700]


async def test_a_batch_costs_four_statements_however_large_it_is(db):
    dealer = a_dealer_state(tier="CITY")
    await deliver(db, dealer)
    await publish(db, a_price_list("CITY"), entries(A="10", B="2.5"))
    counts = []
    async with db.acquire() as connection, connection.transaction():
        ask = [a_price_order(dealer.dealer_id, datetime.now(UTC), A=1, B=1)]
        await pricing.price_orders(connection, ask)  # reads the entries, once and for all
        connection.add_query_logger(lambda record: counts.append(record.query))
        for size in (1, 100):
            counts.clear()
            asks = [
                a_price_order(dealer.dealer_id, datetime.now(UTC), A=n + 1) for n in range(size)
            ]
            await pricing.price_orders(connection, asks)
            assert len([query for query in counts if "INTO outbox" not in query]) == 4


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE price_entries SET unit_price = 1",
        "DELETE FROM price_entries",
        "INSERT INTO price_entries SELECT price_list_id, version, 'B', 1, 1 FROM price_entries",
        "UPDATE price_list_versions SET valid_to = now() + interval '1 day'",
        "UPDATE price_list_versions SET status = 'DRAFT', published_at = NULL",
        "UPDATE price_list_versions SET tax_inclusive = false",
        "DELETE FROM price_list_versions",
    ],
)
async def test_a_published_version_cannot_be_changed_by_any_statement(db, attack):
    await publish(db, a_price_list("CITY"), entries(A="10"))

    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await db.execute(attack)
