"""The bugs: where, what becomes of the line, and which tests must see it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` stands in `path` exactly once; `tests` are what pytest gets."""

    name: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]


RELAY = "tests/integration/chassis/messages/test_relay.py"
RACES = "tests/integration/chassis/messages/test_relay_races.py"
CONSUMER = "tests/integration/chassis/messages/test_consumer.py"
CRASHES = "tests/integration/chassis/messages/test_crash_points.py"
MODEL = "tests/unit/orders/test_model.py"

PLANTED = (
    Mutant(
        "the outbox cursor goes by transaction id instead of position",
        "chassis/relay.py",
        "        ORDER BY position\n        LIMIT $4\n",
        "        ORDER BY xid, position\n        LIMIT $4\n",
        (RELAY, RACES),
    ),
    Mutant(
        "the outbox cursor forgets what commits late",
        "chassis/relay.py",
        "\n          AND NOT pg_visible_in_snapshot(xid, $1::text::pg_snapshot)\n",
        "\n          AND xid >= pg_snapshot_xmax($1::text::pg_snapshot)\n",
        (RELAY, RACES),
    ),
    Mutant(
        "offsets are committed before the effects",
        "chassis/kafka/consumption.py",
        "        await self._until_delivered(deliveries)\n",
        "        await self._offsets.delivered(fetched)\n"
        "        await self._offsets.commit()\n"
        "        await self._until_delivered(deliveries)\n",
        (CRASHES,),
    ),
    Mutant(
        "the inbox has no unique index",
        "chassis/migrations/0001_messages.sql",
        "    message_id uuid PRIMARY KEY\n) PARTITION BY RANGE (message_id);",
        "    message_id uuid\n) PARTITION BY RANGE (message_id);",
        (CONSUMER,),
    ),
    Mutant(
        "the inbox does not know what it has seen",
        "chassis/consumer/dispatch.py",
        "            seen = await inbox.record(tx, marks(parcels, spoiled))\n",
        "            await inbox.record(tx, marks(parcels, spoiled))\n"
        "            seen = inbox.Seen()\n",
        (CONSUMER,),
    ),
    Mutant(
        "an answer leaves before the commit",
        "chassis/intake.py",
        "            new = await self._execute(tx, fresh)\n",
        "            new = await self._execute(tx, fresh)\n"
        "            for waiting in fresh:\n"
        "                waiting.settle(new[waiting.key])\n",
        ("tests/integration/chassis/test_intake.py",),
    ),
    Mutant(
        "accounts are locked as they lie, not in the order of their ids",
        "services/billing/store/accounts.py",
        "        ORDER BY dealer_id\n        FOR NO KEY UPDATE\n",
        "        FOR NO KEY UPDATE\n",
        ("tests/integration/billing/test_credit.py",),
    ),
    Mutant(
        "orders are locked as they lie, not in the order of their ids",
        "services/orders/store/orders.py",
        "        ORDER BY order_id\n        FOR NO KEY UPDATE\n",
        "        FOR NO KEY UPDATE\n",
        ("tests/integration/orders/test_locks.py",),
    ),
    Mutant(
        "a batch is recorded in the inbox as it came",
        "chassis/inbox.py",
        "ORDER BY id\n",
        "\n",
        (CONSUMER,),
    ),
    Mutant(
        "a cancelled order keeps its credit",
        "services/orders/saga.py",
        "            undo=lambda order: billing.ReleaseCredit(\n"
        "                order_id=order.order_id, dealer_id=order.dealer_id\n"
        "            ),\n",
        "",
        (MODEL, "tests/saga"),
    ),
    Mutant(
        "a cancel that comes before its reserve is forgotten",
        "services/inventory/commands/reserving.py",
        "    decided = reserving.cancel(seen, order_ids)\n"
        "    await changes.insert_tombstones(tx, decided.tombstones)\n",
        "    decided = reserving.cancel(seen, order_ids)\n",
        ("tests/integration/inventory",),
    ),
    Mutant(
        "a timer strikes whatever happened since",
        "services/orders/saga.py",
        "    if (timer.step, timer.attempt) != (order.progress.at, order.progress.attempt):\n",
        "    if False:\n",
        (MODEL, "tests/unit/orders/test_saga.py"),
    ),
    Mutant(
        "an older picture of the warehouse wins",
        "services/orders/domain/facts.py",
        "    if reply.revision <= order.fulfilment_revision or order.stock is Stock.RELEASED:\n",
        "    if order.stock is Stock.RELEASED:\n",
        (MODEL, "tests/unit/orders/test_saga.py"),
    ),
    Mutant(
        "a hold that came too late keeps what left from being invoiced",
        "services/orders/domain/facts.py",
        "        holds=(),\n",
        "",
        (MODEL, "tests/unit/orders/test_saga.py"),
    ),
    Mutant(
        "credit is granted without counting what is held",
        "services/billing/domain/books.py",
        "        return max(0, self.limit_minor - self.exposure_minor)\n",
        "        return max(0, self.limit_minor - self.receivable_minor)\n",
        ("tests/unit/billing", "tests/integration/billing"),
    ),
    Mutant(
        "orders are read without row-level security",
        "services/orders/migrations/0001_orders.sql",
        "    USING (sees_all() OR dealer_id = seen_dealer() OR salesperson_id = seeing_user());\n\n"
        "ALTER TABLE order_lines",
        "    USING (true);\n\nALTER TABLE order_lines",
        ("tests/contract/test_rls.py", "tests/integration/orders"),
    ),
)
