"""Orders on a real PostgreSQL: what is accepted, what answers change, what timers do."""

import pytest

from chassis.db import transaction
from chassis.ids import uuid7
from contracts.catalog import ProductState
from contracts.dealers import DealerStatus
from contracts.inventory import ShipmentStatus
from services.orders import saga
from services.orders.commands.going_on import advance_orders, time_out_orders
from services.orders.commands.projecting import keep_dealers, keep_products
from services.orders.commands.submitting import submit_orders
from services.orders.domain.order import Order, Status
from services.orders.domain.submission import DealerNotActive, UnknownDealer, UnknownSku
from services.orders.numbering import OrderNumbers
from services.orders.store import orders as store
from services.orders.store import timers
from tests.builders.orders import (
    ON_CREDIT,
    a_dealer_state,
    a_submission,
    advanced,
    confirming_itself,
    held,
    invoiced,
    priced,
    reserved,
)


@pytest.fixture
async def dealer(orders_db):
    """A dealer on credit whose orders confirm themselves; SKU-1 and SKU-2 are for sale."""
    state = a_dealer_state(confirming_itself(ON_CREDIT))
    async with transaction(orders_db) as tx:
        await keep_dealers(tx, [state])
        await keep_products(tx, [a_product("SKU-1"), a_product("SKU-2")])
    return state


def a_product(sku, **others):
    facts = {"name": "螺丝刀", "category": "五金", "unit": "件", "tax_rate_bp": 1300}
    return ProductState(sku=sku, version=1, status="ACTIVE", **(facts | others))


async def submit(orders_db, *asks):
    async with transaction(orders_db) as tx:
        return await submit_orders(tx, asks)


async def take(orders_db, *replies):
    async with transaction(orders_db) as tx:
        await advance_orders(tx, replies)


async def load(orders_db, order_id):
    async with transaction(orders_db) as tx:
        return (await store.lock_orders(tx, [order_id]))[order_id]


async def said(orders_db):
    rows = await orders_db.fetch("SELECT type FROM outbox ORDER BY position")
    return [row["type"].split(".")[1] for row in rows]


async def test_what_is_accepted_is_stored_as_it_was_decided(orders_db, dealer):
    ask = a_submission(dealer.dealer_id, ("SKU-1", 3), ("SKU-2", 1))

    (order,) = await submit(orders_db, ask)

    assert await load(orders_db, ask.order_id) == order
    assert await said(orders_db) == ["order-submitted", "price-order"]


async def test_one_bad_order_in_a_batch_does_not_spoil_the_others(orders_db, dealer):
    suspended = a_dealer_state(status=DealerStatus.SUSPENDED)
    async with transaction(orders_db) as tx:
        await keep_dealers(tx, [suspended])

    outcomes = await submit(
        orders_db,
        a_submission(dealer.dealer_id),
        a_submission(dealer.dealer_id, ("NO-SUCH", 1)),
        a_submission(suspended.dealer_id),
        a_submission(uuid7()),
        a_submission(dealer.dealer_id, seller_id=uuid7()),
    )

    kinds = [Order, UnknownSku, DealerNotActive, UnknownDealer, UnknownDealer]
    assert [type(outcome) for outcome in outcomes] == kinds
    assert outcomes[1].facts["faults"][0]["pointer"] == "/lines/0/sku"
    assert await orders_db.fetchval("SELECT count(*) FROM orders") == 1


async def test_a_whole_life_is_stored_step_by_step(orders_db, dealer):
    (order,) = await submit(orders_db, a_submission(dealer.dealer_id, ("SKU-1", 10)))
    shipment = uuid7()
    for answer in (
        priced(order),
        held(order),
        reserved(order),
        advanced(
            order,
            revision=1,
            picked=10,
            shipped=10,
            status=ShipmentStatus.RECEIVED,
            shipment_id=shipment,
        ),
    ):
        await take(orders_db, answer)
    await take(orders_db, invoiced(await load(orders_db, order.order_id), shipment))

    ended = await load(orders_db, order.order_id)
    assert ended.status is Status.COMPLETED
    assert ended.version == 4
    assert await said(orders_db) == [
        "order-submitted",
        "price-order",
        "hold-credit",
        "reserve-stock",
        "order-confirmed",
        "firm-reservation",
        "order-received",
        "issue-invoice",
        "order-completed",
    ]


async def test_versions_of_events_have_no_gaps(orders_db, dealer):
    (order,) = await submit(orders_db, a_submission(dealer.dealer_id, ("SKU-1", 10)))
    for answer in (priced(order), held(order), reserved(order)):
        await take(orders_db, answer)

    versions = await orders_db.fetch(
        "SELECT sequence FROM outbox WHERE topic = 'orders.events' ORDER BY position"
    )
    assert [row["sequence"] for row in versions] == [1, 2]


async def test_an_answer_about_an_unknown_order_is_foreign(orders_db, dealer):
    (order,) = await submit(orders_db, a_submission(dealer.dealer_id))
    foreign = priced(order).model_copy(update={"order_id": uuid7()})

    await take(orders_db, foreign, priced(order))

    assert await said(orders_db) == ["order-submitted", "price-order", "hold-credit"]


async def test_an_older_state_of_a_dealer_that_arrives_later_is_dropped(orders_db, dealer):
    async with transaction(orders_db) as tx:
        await keep_dealers(tx, [dealer.model_copy(update={"version": 3, "status": "SUSPENDED"})])
        await keep_dealers(tx, [dealer.model_copy(update={"version": 2})])

    status = await orders_db.fetchval("SELECT status FROM dealers")
    assert status == "SUSPENDED"


async def test_an_overdue_step_is_asked_again_by_an_ordinary_message(orders_db, dealer):
    """I-12: a timer looks after each order that waits."""
    (order,) = await submit(orders_db, a_submission(dealer.dealer_id))
    await orders_db.execute(
        "UPDATE orders SET wake_at = now() - interval '1 s', deadline = now() - interval '1 s'"
    )

    async with transaction(orders_db) as tx:
        overdue = await timers.take_overdue(tx, limit=10)
    async with transaction(orders_db) as tx:
        await time_out_orders(tx, overdue)
    async with transaction(orders_db) as tx:
        again = await timers.take_overdue(tx, limit=10)

    assert [timer.order_id for timer in overdue] == [order.order_id]
    assert again == []
    assert (await said(orders_db))[-1] == "price-order"
    assert (await load(orders_db, order.order_id)).progress.attempt == 1


async def test_a_saga_that_went_on_in_time_is_only_looked_at_again(orders_db, dealer):
    await submit(orders_db, a_submission(dealer.dealer_id))
    await orders_db.execute("UPDATE orders SET wake_at = now() - interval '1 s'")

    async with transaction(orders_db) as tx:
        overdue = await timers.take_overdue(tx, limit=10)

    assert overdue == []
    assert await orders_db.fetchval("SELECT wake_at = deadline FROM orders")


async def test_numbers_are_unique_also_between_processes(orders_db):
    first, second = OrderNumbers(orders_db), OrderNumbers(orders_db)
    now = a_submission(uuid7()).submitted_at

    numbers = [await numbers.take(now) for _ in range(250) for numbers in (first, second)]

    assert len(set(numbers)) == 500
    assert all(number.startswith("XS2611-") for number in numbers)


async def test_a_row_comes_back_as_the_order_that_was_saved(orders_db, dealer):
    """E-05, F-53: prices and terms are those of the submission."""
    (order,) = await submit(orders_db, a_submission(dealer.dealer_id, ("SKU-1", 10)))
    for answer in (priced(order), held(order), reserved(order)):
        expected, _ = saga.take(await load(orders_db, order.order_id), answer, order.submitted_at)
        await take(orders_db, answer)
        stored = await load(orders_db, order.order_id)
        assert stored.lines == expected.lines
        assert (stored.credit, stored.stock) == (expected.credit, expected.stock)


async def test_the_oldest_order_at_each_step_is_known(orders_db, dealer):
    await submit(orders_db, a_submission(dealer.dealer_id), a_submission(dealer.dealer_id))
    await orders_db.execute("UPDATE orders SET submitted_at = now() - interval '1 hour'")

    ages = await timers.oldest_by_step(orders_db)

    assert ages.keys() == {"price"}
    assert 3_600 <= ages["price"] < 3_700
