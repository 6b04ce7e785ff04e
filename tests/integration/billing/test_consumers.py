"""Messages of billing through the consumer: doubled, in batches of any cut, and poisoned."""

import random

from chassis.consumer import Dispatch
from contracts.billing import CreditHeld, InvoiceIssued, InvoiceRefused, ShipmentInvoiced
from services.billing.consumers import SUBSCRIPTIONS
from tests.builders.billing import YUAN, a_dealer, a_hold, a_release, a_shipment
from tests.builders.chassis import a_delivery
from tests.integration.billing.test_credit import told
from tests.integration.billing.test_receipts import faults


async def test_a_message_that_comes_twice_in_a_batch_and_again_later_counts_once(billing_db):
    dispatch, dealer = Dispatch(billing_db, SUBSCRIPTIONS), a_dealer(1_000)
    order = a_hold(600, dealer_id=dealer.dealer_id)
    await dispatch.deliver([a_delivery(dealer)])
    hold, invoice = a_delivery(order), a_delivery(a_shipment(order))

    await dispatch.deliver([hold, hold, invoice, invoice])
    await dispatch.deliver([invoice, hold])

    account = await billing_db.fetchrow("SELECT held_minor, receivable_minor FROM accounts")
    assert tuple(account) == (0, 600 * YUAN)
    assert len(await told(billing_db, CreditHeld)) == 1
    assert len(await told(billing_db, InvoiceIssued)) == 1


async def test_an_invoice_for_nothing_is_refused_and_takes_no_number(billing_db):
    dispatch, dealer = Dispatch(billing_db, SUBSCRIPTIONS), a_dealer(10_000)
    orders = [a_hold(100, dealer_id=dealer.dealer_id) for _ in range(10)]
    await dispatch.deliver([a_delivery(dealer), *map(a_delivery, orders)])
    strange = a_shipment(a_hold(1, dealer_id=dealer.dealer_id))
    asks = [a_shipment(order) for order in orders]

    await dispatch.deliver([a_delivery(ask) for ask in [*asks[:5], strange, *asks[5:]]])

    numbers = [reply.invoice_number[-6:] for reply in await told(billing_db, ShipmentInvoiced)]
    assert sorted(numbers) == [f"{number:06}" for number in range(1, 11)]
    (refused,) = await told(billing_db, InvoiceRefused)
    assert (refused.order_id, refused.reason) == (strange.order_id, "nothing-ordered")
    assert await billing_db.fetchval("SELECT count(*) FROM parked") == 0


async def test_messages_in_batches_come_to_the_same_as_one_after_the_other(billing_db):
    seed = random.randrange(1 << 32)
    chance, dispatch = random.Random(seed), Dispatch(billing_db, SUBSCRIPTIONS)
    batched, single = a_dealer(100_000), a_dealer(100_000)
    await dispatch.deliver([a_delivery(batched), a_delivery(single)])
    totals = [chance.randint(1, 900) for _ in range(12)]
    lives = [
        "hold",
        "hold invoice",
        "hold hold invoice invoice",
        "hold release hold",
        "release hold",
    ]
    script = [(place, chance.choice(lives).split()) for place in range(12)]

    def deliveries(dealer):
        """The same story for any dealer: the lives of his orders, one step of each at a time."""
        orders = [a_hold(total, dealer_id=dealer.dealer_id) for total in totals]
        for step in range(4):
            for place, life in script:
                order = orders[place]
                asks = {
                    "hold": order,
                    "release": a_release(order),
                    "invoice": a_shipment(order, shipment_id=order.order_id),
                }
                if step < len(life):
                    yield a_delivery(asks[life[step]])

    for delivery in deliveries(single):
        await dispatch.deliver([delivery])
    rest = list(deliveries(batched))
    while rest:
        size = chance.randint(1, 30)
        batch, rest = rest[:size], rest[size:]
        await dispatch.deliver(batch)
        await dispatch.deliver(batch)

    rows = await billing_db.fetch("SELECT held_minor, receivable_minor FROM accounts")
    one, other = map(tuple, rows)
    assert one == other, f"seed {seed}"
    assert any(one), f"seed {seed}"
    assert await faults(billing_db) == [], f"seed {seed}"
