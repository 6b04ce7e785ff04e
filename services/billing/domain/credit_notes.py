"""Credit notes 红字: what was invoiced is taken back, by the stored share of its lines.

Amounts are never priced again (E-11). Those of the k-th piece are the rounded amounts of k pieces
less what was credited before, so that the parts always add up to the line (V-7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from contracts.billing import (
    CreditNoteIssued,
    CreditNoteRejected,
    CreditNoteRequested,
    InvoiceLine,
)
from services.billing.domain.books import Books, Code, Kind
from services.billing.domain.covering import funds_changed, give_back
from services.billing.domain.receipts import SalespersonMayNotCollect


class CreditNoteElsewhere(DomainError):
    """The credit note is in a state that does not allow this.

    zh: 该红字单据的当前状态不允许此操作。
    请刷新后查看其最新状态。

    Read it again: somebody may have decided already.
    """


class IssuedByAnother(DomainError):
    """Who asked for a credit note does not issue it.

    zh: 红字单据申请人不能自行开具。
    请由另一位财务人员审批开具。

    Ask another member of finance.
    """

    status = 403


class CreditNoteState(StrEnum):
    REQUESTED = "REQUESTED"
    ISSUED = "ISSUED"
    REJECTED = "REJECTED"


class CreditNoteStep(StrEnum):
    """What finance does with a credit note that was asked for."""

    ISSUE = "issue"
    REJECT = "reject"


CREDIT_NOTE_STEPS: Mapping[CreditNoteState, tuple[CreditNoteStep, ...]] = {
    CreditNoteState.REQUESTED: (CreditNoteStep.ISSUE, CreditNoteStep.REJECT),
    CreditNoteState.ISSUED: (),
    CreditNoteState.REJECTED: (),
}
NOTE_LEADS_TO: Mapping[CreditNoteStep, CreditNoteState] = {
    CreditNoteStep.ISSUE: CreditNoteState.ISSUED,
    CreditNoteStep.REJECT: CreditNoteState.REJECTED,
}


@dataclass(frozen=True, slots=True)
class InvoicedLine:
    """A line as invoiced, and what of it credit notes have, those not decided yet included."""

    invoice_id: UUID
    line: InvoiceLine
    credited_quantity: int = 0
    credited_tax_minor: int = 0
    credited_gross_minor: int = 0


@dataclass(frozen=True, slots=True)
class RequestCreditNote:
    """Take back base units of invoiced lines, by line number."""

    credit_note_id: UUID
    invoice_id: UUID
    quantities: Mapping[int, int]
    reason: str
    by: UUID


@dataclass(frozen=True, slots=True)
class CreditNote:
    """A credit note; amounts in minor units, positive."""

    credit_note_id: UUID
    number: str
    dealer_id: UUID
    order_id: UUID
    order_number: str
    invoice_id: UUID
    invoice_number: str
    requested_by: UUID
    lines: tuple[InvoiceLine, ...]
    state: CreditNoteState = CreditNoteState.REQUESTED
    version: int = 1

    @property
    def net_minor(self) -> int:
        return sum(line.net_minor for line in self.lines)

    @property
    def tax_minor(self) -> int:
        return sum(line.tax_minor for line in self.lines)

    @property
    def gross_minor(self) -> int:
        return sum(line.gross_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class TakeCreditNoteStep:
    credit_note_id: UUID
    step: CreditNoteStep
    by: UUID
    at: datetime
    text: str = ""
    """Why it is rejected."""
    version: int | None = None
    """Of the note as the caller saw it; None: any."""


def draw(
    ask: RequestCreditNote, invoiced: Sequence[InvoicedLine]
) -> tuple[InvoiceLine, ...] | InvalidRequest:
    """The lines to credit, or which of them are more than is left of the invoice's."""
    known = {one.line.line_no: one for one in invoiced}
    lines, faults = list[InvoiceLine](), list[tuple[str, str]]()
    for place, (line_no, quantity) in enumerate(ask.quantities.items()):
        one = known.get(line_no)
        if one is None:
            faults.append((f"/lines/{place}/line_no", "The invoice has no such line."))
        elif quantity > (left := one.line.quantity - one.credited_quantity):
            faults.append((f"/lines/{place}/quantity", f"At most {left} are left to credit."))
        else:
            lines.append(_share(one, quantity))
    return InvalidRequest(*faults) if faults else tuple(lines)


def announce(books: Books, note: CreditNote, reason: str) -> None:
    """Tell that somebody has to decide."""
    books.messages.append(
        CreditNoteRequested(
            dealer_id=note.dealer_id,
            credit_note_id=note.credit_note_id,
            number=note.number,
            invoice_number=note.invoice_number,
            gross_minor=note.gross_minor,
            reason=reason,
        )
    )


def take(books: Books, note: CreditNote, ask: TakeCreditNoteStep) -> DomainError | None:
    """Issue or reject it."""
    if ask.step not in CREDIT_NOTE_STEPS[note.state]:
        return CreditNoteElsewhere(state=note.state)
    if books.accounts[note.dealer_id].salesperson_id == ask.by:
        return SalespersonMayNotCollect()
    if ask.step is CreditNoteStep.ISSUE:
        if note.requested_by == ask.by:
            return IssuedByAnother()
        _issue(books, note)
    else:
        books.messages.append(
            CreditNoteRejected(
                dealer_id=note.dealer_id,
                credit_note_id=note.credit_note_id,
                number=note.number,
                reason=ask.text,
            )
        )
    return None


def _share(one: InvoicedLine, quantity: int) -> InvoiceLine:
    line, pieces = one.line, one.credited_quantity + quantity
    gross = _rounded(line.gross_minor, pieces, line.quantity) - one.credited_gross_minor
    tax = _rounded(line.tax_minor, pieces, line.quantity) - one.credited_tax_minor
    tax = min(tax, gross)  # tax may round up where gross does not; the rest comes with the next
    return InvoiceLine(
        line_no=line.line_no,
        sku=line.sku,
        quantity=quantity,
        net_minor=gross - tax,
        tax_minor=tax,
        gross_minor=gross,
    )


def _rounded(amount_minor: int, part: int, whole: int) -> int:
    """The share of an amount, half up."""
    return (2 * amount_minor * part + whole) // (2 * whole)


def _issue(books: Books, note: CreditNote) -> None:
    """Less is due: first what is open of the order falls, then what was paid returns."""
    before = books.orders[note.order_id]
    order = replace(
        before,
        credited_minor=before.credited_minor + note.gross_minor,
        revision=before.revision + 1,
    )
    against = {Code.REVENUE: note.net_minor, Code.TAX: note.tax_minor}
    books.move(Kind.CREDIT_NOTE, order, note.credit_note_id, against)
    if (surplus := order.covered_minor - order.due_minor) > 0:
        give_back(books, order, surplus)
    else:
        books.messages.append(funds_changed(order))
    books.messages.append(
        CreditNoteIssued(
            dealer_id=note.dealer_id,
            credit_note_id=note.credit_note_id,
            number=note.number,
            order_id=note.order_id,
            order_number=note.order_number,
            invoice_id=note.invoice_id,
            invoice_number=note.invoice_number,
            net_minor=note.net_minor,
            tax_minor=note.tax_minor,
            gross_minor=note.gross_minor,
            lines=note.lines,
        )
    )
