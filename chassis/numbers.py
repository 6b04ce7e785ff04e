"""Document numbers without gaps (F-27): a counter row, taken in the document's own transaction."""

from __future__ import annotations

from chassis.db import Tx


async def take_numbers(tx: Tx, series: str, count: int) -> list[str]:
    """The next `count` numbers of a series, e.g. `CK-2611-000123`; a roll-back gives them back.

    The counter row stays locked until the transaction ends: take numbers last.
    """
    last = await tx.fetchval(
        """
        INSERT INTO document_numbers AS n (series, last) VALUES ($1, $2)
        ON CONFLICT (series) DO UPDATE SET last = n.last + excluded.last
        RETURNING last
        """,
        series,
        count,
    )
    return [f"{series}-{number:06}" for number in range(last - count + 1, last + 1)]
