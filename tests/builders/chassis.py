"""Deliveries and the broker, for tests of anything that handles messages."""

import asyncio

from chassis.consumer import Delivery
from chassis.ids import uuid7
from chassis.publisher import BrokerDown


def a_delivery(message, *, message_id=None, actor=None, headers=(), place=(0, 0)):
    """The message as it would come from Kafka."""
    message_id = message_id or uuid7()
    envelope = [("ce_id", str(message_id).encode()), ("ce_type", message.type.encode()), *headers]
    if actor:
        envelope.append(("ce_actor", actor.encode()))
    return Delivery(
        message_id,
        message.type,
        message.key,
        message.model_dump_json().encode(),
        tuple(envelope),
        message.topic,
        *place,
    )


class Broker:
    """Stands in for Kafka: a list of outbox rows; fails on demand."""

    def __init__(self):
        self.down, self.rows = False, []

    async def publish(self, rows):
        await asyncio.sleep(0)
        if self.down:
            raise BrokerDown("planted")
        self.rows += rows

    @property
    def first_copies(self):
        """What a consumer handles, in its order: it drops what it knows."""
        return list({row["message_id"]: row for row in self.rows}.values())
