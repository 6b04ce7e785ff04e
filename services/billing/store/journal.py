"""The journal. Rows are only ever added; the database checks that each transaction balances."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.db import Tx
from chassis.ids import uuid7
from services.billing.domain.books import Posting


async def insert_entries(tx: Tx, postings: Sequence[Posting]) -> None:
    """Post transactions, in this order."""
    entries = [
        (transaction_id, posting, code, amount)
        for transaction_id, posting in ((uuid7(), posting) for posting in postings)
        for code, amount in posting.amounts.items()
    ]
    await tx.execute(
        """
        INSERT INTO entries (transaction_id, kind, dealer_id, order_id, document_id, code,
                             amount_minor)
        SELECT transaction_id, kind, dealer_id, order_id, document_id, code, amount
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[],
                    $7::bigint[])
             WITH ORDINALITY
             AS new(transaction_id, kind, dealer_id, order_id, document_id, code, amount, place)
        ORDER BY place
        """,
        [transaction_id for transaction_id, _, _, _ in entries],
        [posting.kind for _, posting, _, _ in entries],
        [posting.dealer_id for _, posting, _, _ in entries],
        [posting.order_id for _, posting, _, _ in entries],
        [posting.document_id for _, posting, _, _ in entries],
        [code for _, _, code, _ in entries],
        [amount for _, _, _, amount in entries],
    )
