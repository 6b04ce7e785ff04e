"""Kafka from its beginning: all that topics still hold, for a projection that is built anew."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from aiokafka import AIOKafkaConsumer

from chassis.envelope import Delivery
from chassis.kafka.consumption import delivery_of

PAGE = 2_000


async def history(
    bootstrap_servers: str, topics: Sequence[str], *, cell: str
) -> AsyncGenerator[list[Delivery]]:
    """Pages of all messages of `topics` (without the cell) that stand there when it begins.

    In order per partition, and in no order between them. Without a group: nobody is disturbed.
    """
    client = AIOKafkaConsumer(
        *(f"{cell}.{topic}" for topic in topics),
        bootstrap_servers=bootstrap_servers,
        group_id=None,
        auto_offset_reset="earliest",
    )
    await client.start()
    try:
        ends = await client.end_offsets(client.assignment())
        begins = await client.beginning_offsets(list(ends))
        unread = {part for part, end in ends.items() if begins[part] < end}
        while unread:
            fetched = await client.getmany(*unread, timeout_ms=1_000, max_records=PAGE)
            unread -= {part for part in unread if await client.position(part) >= ends[part]}
            page = [
                delivery_of(record, cell)
                for part, records in fetched.items()
                for record in records
                if record.offset < ends[part]
            ]
            if page:
                yield page
    finally:
        await client.stop()
