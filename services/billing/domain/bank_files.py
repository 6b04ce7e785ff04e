"""Files of the bank: read, and matched with whose money it seems to be."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from chassis.money import MINOR_UNITS

LINES_MAX = 5_000
FAULTS_MAX = 20
"""A file with more is better looked at as a whole."""
TEXT_MAX = 200
COLUMNS = ("date", "amount", "payer", "reference", "bank_reference")
COLUMNS_ZH = ("日期", "金额", "付款人", "附言", "流水号")
YUAN = re.compile(r"\d{1,11}(\.\d{1,2}0*)?", re.ASCII)
ORDER_NUMBER = re.compile(r"XS\d{4}-\d{4,9}", re.ASCII)
DEALER_CODE = re.compile(r"JXS-\d{4,9}", re.ASCII)


class LineDecided(DomainError):
    """The line of the bank was decided already.

    zh: 该银行流水已处理。
    请刷新后查看处理结果。

    Read it again to see what was decided.
    """


class LineState(StrEnum):
    """RECORDED: somebody had recorded the money before the file came."""

    OPEN = "OPEN"
    RECORDED = "RECORDED"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"


class MatchedBy(StrEnum):
    """What a proposal rests on, the surest first."""

    RECEIPT = "RECEIPT"
    ORDER_NUMBER = "ORDER_NUMBER"
    PAYER = "PAYER"
    AMOUNT = "AMOUNT"


@dataclass(frozen=True, slots=True)
class BankLine:
    """Money that the bank says came in."""

    line_no: int
    booked_on: date
    amount_minor: int
    payer: str
    reference: str
    bank_reference: str

    @property
    def words(self) -> str:
        return f"{self.payer} {self.reference}"


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that money may be for."""

    order_id: UUID
    dealer_id: UUID
    number: str
    open_due_minor: int


@dataclass(frozen=True, slots=True)
class Known:
    """What billing knows that lines may be matched with."""

    receipts: Mapping[str, UUID] = field(default_factory=dict[str, UUID])
    """Standing receipts by what the bank calls them."""
    orders: Sequence[OpenOrder] = ()
    """Those whose numbers are named, and those that need exactly the amount of a line."""
    dealers: Mapping[str, UUID] = field(default_factory=dict[str, UUID])
    """By code and by name, as far as these are one dealer's."""


@dataclass(frozen=True, slots=True)
class Proposal:
    matched_by: MatchedBy | None = None
    dealer_id: UUID | None = None
    order_id: UUID | None = None
    receipt_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class BankFile:
    """The lines of a file, each bank reference once; and those that repeat one."""

    lines: Sequence[BankLine]
    repeated: Sequence[BankLine]


def read(text: str, today: date) -> BankFile:
    """What a file says. Raises InvalidRequest naming lines."""
    rows = _rows(text)
    if not rows or tuple(cell.strip() for cell in rows[0]) not in {COLUMNS, COLUMNS_ZH}:
        raise InvalidRequest(("/csv", f"The first line names the columns: {','.join(COLUMNS)}."))
    if len(rows) - 1 > LINES_MAX:
        raise InvalidRequest(("/csv", f"More than {LINES_MAX} lines: split the file."))
    lines: dict[str, BankLine] = {}
    repeated: list[BankLine] = []
    faults: list[tuple[str, str]] = []
    for line_no, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        line = _line(line_no, [cell.strip() for cell in row], today)
        if isinstance(line, str):
            faults.append(("/csv", f"Line {line_no}: {line}"))
        elif lines.setdefault(line.bank_reference, line) is not line:
            repeated.append(line)
    if faults:
        raise InvalidRequest(*faults[:FAULTS_MAX])
    return BankFile(list(lines.values()), repeated)


def _rows(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(text.removeprefix("\ufeff").splitlines()))
    except csv.Error as fault:
        raise InvalidRequest(("/csv", "Not CSV: look for a quote that is never closed.")) from fault


def _line(line_no: int, cells: Sequence[str], today: date) -> BankLine | str:
    if len(cells) != len(COLUMNS):
        return f"{len(COLUMNS)} columns are expected."
    if not cells[4] or max(map(len, cells)) > TEXT_MAX:
        return f"The bank reference is missing, or a text is longer than {TEXT_MAX}."
    booked_on, amount_minor = _day(cells[0]), _minor(cells[1])
    if booked_on is None or booked_on > today:
        return "The date is not a past day such as 2026-11-25."
    if amount_minor is None:
        return "The amount is not yuan that came in, such as 1234.50."
    return BankLine(line_no, booked_on, amount_minor, cells[2], cells[3], cells[4])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None


def _minor(text: str) -> int | None:
    plain = text.replace(",", "")
    return int(Decimal(plain) * MINOR_UNITS) or None if YUAN.fullmatch(plain) else None


def numbers_in(lines: Sequence[BankLine]) -> set[str]:
    return {number for line in lines for number in ORDER_NUMBER.findall(line.words)}


def names_in(lines: Sequence[BankLine]) -> set[str]:
    """Codes of dealers that are named, and who paid."""
    codes = {code for line in lines for code in DEALER_CODE.findall(line.words)}
    return codes | {line.payer for line in lines if line.payer}


def propose(line: BankLine, known: Known) -> Proposal:
    """Whose money it seems to be, by the surest sign; where two fit, nobody's."""
    if receipt_id := known.receipts.get(line.bank_reference):
        return Proposal(MatchedBy.RECEIPT, receipt_id=receipt_id)
    numbers = set(ORDER_NUMBER.findall(line.words))
    if order := _only(known, lambda order: order.number in numbers):
        return Proposal(
            MatchedBy.ORDER_NUMBER,
            order.dealer_id,
            order.order_id if order.open_due_minor else None,
        )
    fits = [order for order in known.orders if order.open_due_minor == line.amount_minor]
    if dealer_id := _payer(line, known):
        own = [order for order in fits if order.dealer_id == dealer_id]
        return Proposal(MatchedBy.PAYER, dealer_id, own[0].order_id if len(own) == 1 else None)
    if len(fits) == 1:
        return Proposal(MatchedBy.AMOUNT, fits[0].dealer_id, fits[0].order_id)
    return Proposal()


def _only(known: Known, wanted: Callable[[OpenOrder], bool]) -> OpenOrder | None:
    found = [order for order in known.orders if wanted(order)]
    return found[0] if len(found) == 1 else None


def _payer(line: BankLine, known: Known) -> UUID | None:
    names = {*DEALER_CODE.findall(line.words), line.payer}
    found = {known.dealers[name] for name in names if name in known.dealers}
    return found.pop() if len(found) == 1 else None
