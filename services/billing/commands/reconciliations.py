"""Reconciliation with the bank: import a file, then confirm or reject its lines."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from chassis.db import Tx
from chassis.errors import InvalidRequest, NotFound
from chassis.ids import uuid7
from services.billing.commands.receipts import record_receipts
from services.billing.domain.bank_files import (
    TEXT_MAX,
    Known,
    LineDecided,
    LineState,
    Proposal,
    names_in,
    numbers_in,
    propose,
    read,
)
from services.billing.domain.covering import Share
from services.billing.domain.documents import business_day
from services.billing.domain.receipts import Method, RecordReceipt
from services.billing.store import receipts
from services.billing.store import reconciliations as store


@dataclass(frozen=True, slots=True)
class Line:
    """Which line, and who decides on it."""

    reconciliation_id: UUID
    line_no: int
    by: UUID


async def import_file(tx: Tx, file_name: str, text: str, by: UUID) -> UUID:
    """Store what is new in a file, with proposals; the same file again is the same reconciliation.

    Raises InvalidRequest.
    """
    file, digest = read(text, business_day(datetime.now(UTC))), hashlib.sha256(text.encode())
    lines = file.lines
    if known := await store.imported_before(tx, digest.digest()):
        return known
    references = {(Method.BANK_TRANSFER, line.bank_reference) for line in lines}
    recorded = await receipts.receipts_by_reference(tx, references)
    amounts = {line.amount_minor for line in lines}
    found = Known(
        receipts={reference: receipt_id for (_, reference), (receipt_id, _) in recorded.items()},
        orders=await store.orders_of(tx, numbers_in(lines), amounts),
        dealers=await store.dealers_named(tx, names_in(lines)),
    )
    reconciliation_id = uuid7()
    proposed = [(line, propose(line, found)) for line in lines]
    new = await store.insert_lines(tx, reconciliation_id, proposed)
    counts = (len(lines), len(lines) - new)
    named = (file_name, digest.digest())
    await store.insert_reconciliation(tx, reconciliation_id, named, counts, file.repeated, by)
    return reconciliation_id


async def confirm_line(
    tx: Tx, line: Line, *, dealer_id: UUID | None = None, order_id: UUID | None = None
) -> None:
    """Record the money as proposed, or as said. A line that was rejected can still be confirmed.

    Raises NotFound, LineDecided, InvalidRequest, SalespersonMayNotCollect, ReferenceUsed.
    """
    stored = await store.lock_line(tx, line.reconciliation_id, line.line_no)
    if stored is None:
        raise NotFound
    if stored.state not in {LineState.OPEN, LineState.REJECTED}:
        raise LineDecided(state=stored.state)
    owner = dealer_id or stored.dealer_id
    if owner is None:
        raise InvalidRequest(("/dealer_id", "Say whose money it is: nothing was proposed."))
    order = order_id if dealer_id else order_id or stored.order_id
    ask = RecordReceipt(
        receipt_id=uuid7(),
        dealer_id=owner,
        method=Method.BANK_TRANSFER,
        amount_minor=stored.amount_minor,
        by=line.by,
        received_on=stored.booked_on,
        reference=stored.bank_reference,
        note=f"{stored.payer} {stored.reference}".strip()[:TEXT_MAX],
        shares=(Share(order, stored.amount_minor),) if order else (),
    )
    (refusal,) = await record_receipts(tx, [ask])
    if refusal:
        raise refusal
    became = Proposal(dealer_id=owner, order_id=order, receipt_id=ask.receipt_id)
    decided = (line.by, datetime.now(UTC))
    await store.confirm_line(tx, line.reconciliation_id, line.line_no, decided, became)


async def reject_line(tx: Tx, line: Line, reason: str) -> None:
    """Say that the money is no dealer's. Raises NotFound, LineDecided."""
    stored = await store.lock_line(tx, line.reconciliation_id, line.line_no)
    if stored is None:
        raise NotFound
    if stored.state is not LineState.OPEN:
        raise LineDecided(state=stored.state)
    decided = (line.by, datetime.now(UTC))
    await store.reject_line(tx, line.reconciliation_id, line.line_no, decided, reason)
