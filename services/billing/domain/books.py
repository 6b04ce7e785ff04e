"""The books of some dealers: accounts, order accounts, and what a batch posts in the journal.

An order account says what is due and what covers it. Its share in the dealer's balances follows
from that alone, so moving an order from one state to the next is the only way that money moves, and
what is posted is the difference between the two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from contracts.message import Message


class Code(StrEnum):
    """Accounts of the journal. A debit is positive, a credit negative."""

    CASH = "cash"
    WALLET = "wallet"
    ADVANCES = "advances"
    RECEIVABLE = "receivable"
    REVENUE = "revenue"
    TAX = "tax"
    REFUNDS = "refunds"


class Kind(StrEnum):
    """Why something is posted."""

    RECEIPT = "RECEIPT"
    ALLOCATION = "ALLOCATION"
    RETURN = "RETURN"
    REVERSAL = "REVERSAL"
    INVOICE = "INVOICE"
    REFUND = "REFUND"
    CREDIT_NOTE = "CREDIT_NOTE"


class OrderState(StrEnum):
    """A released order holds nothing and takes no money, except for what was invoiced already."""

    OPEN = "OPEN"
    RELEASED = "RELEASED"


class PaymentStatus(StrEnum):
    """How far an order is paid, in words."""

    UNPAID = "UNPAID"
    ON_CREDIT = "ON_CREDIT"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    RELEASED = "RELEASED"


@dataclass(frozen=True, slots=True)
class Account:
    """What a dealer may owe, owes, and has paid in advance; all in minor units."""

    dealer_id: UUID
    credit_limit_minor: int
    salesperson_id: UUID | None = None
    over_limit_minor: int = 0
    """By how much the exposure may stand above the limit: what finance approved, and what no rule
    can refuse (a lower limit, a receipt that turned out void, goods delivered before payment)."""
    held_minor: int = 0
    receivable_minor: int = 0
    advances_minor: int = 0
    """Paid for orders that are not invoiced yet."""
    wallet_minor: int = 0
    """Paid, and not for any order."""
    version: int = 1
    """0 until it has a limit for the first time."""
    temporary_limit_minor: int = 0
    """What finance granted above the limit for a while, for any order."""

    @property
    def exposure_minor(self) -> int:
        return self.held_minor + self.receivable_minor

    @property
    def limit_minor(self) -> int:
        """What he may owe now."""
        return self.credit_limit_minor + self.temporary_limit_minor

    @property
    def available_minor(self) -> int:
        """What can still be held."""
        return max(0, self.limit_minor - self.exposure_minor)

    def excused(self) -> Account:
        """The same, with its exposure accepted as it stands."""
        return replace(self, over_limit_minor=max(0, self.exposure_minor - self.limit_minor))


@dataclass(frozen=True, slots=True)
class OrderAccount:
    """What an order must bring in and what came in for it, in minor units."""

    order_id: UUID
    dealer_id: UUID
    number: str = ""
    """Empty when the order was released before anything was held for it."""
    total_minor: int = 0
    credit_minor: int = 0
    """The most that it may owe before it is paid."""
    state: OrderState = OrderState.OPEN
    covered_minor: int = 0
    invoiced_minor: int = 0
    returned_minor: int = 0
    """What went back to the wallet when it was released, or its total fell."""
    revision: int = 0
    """Counts the changes of `covered_minor` and `credited_minor`."""
    credited_minor: int = 0
    """What of `invoiced_minor` credit notes took back."""

    @property
    def due_minor(self) -> int:
        """All that it must bring in: of a released order, only what was invoiced."""
        sold = self.total_minor if self.state is OrderState.OPEN else self.invoiced_minor
        return sold - self.credited_minor

    @property
    def open_due_minor(self) -> int:
        return max(0, self.due_minor - self.covered_minor)

    @property
    def held_minor(self) -> int:
        """The part on credit that is neither invoiced nor paid yet."""
        if self.state is OrderState.RELEASED:
            return 0
        settled = max(self.invoiced_minor, self.settled_minor)
        return max(0, min(self.credit_minor, self.total_minor - settled))

    @property
    def settled_minor(self) -> int:
        """What nobody has to pay any more: it was paid, or credited."""
        return self.covered_minor + self.credited_minor

    @property
    def receivable_minor(self) -> int:
        return max(0, self.invoiced_minor - self.settled_minor)

    @property
    def advance_minor(self) -> int:
        return max(0, self.settled_minor - self.invoiced_minor)

    @property
    def payment_status(self) -> PaymentStatus:
        match self.state, self.covered_minor:
            case OrderState.RELEASED, _:
                return PaymentStatus.RELEASED
            case _, covered if covered >= self.due_minor:
                return PaymentStatus.PAID
            case _, covered if covered:
                return PaymentStatus.PARTIALLY_PAID
            case _ if self.credit_minor == self.total_minor:
                return PaymentStatus.ON_CREDIT
            case _:
                return PaymentStatus.UNPAID


@dataclass(frozen=True, slots=True)
class Posting:
    """One transaction of the journal; its amounts (minor units) sum to zero."""

    kind: Kind
    dealer_id: UUID
    document_id: UUID
    """The receipt or invoice it stands for; else the order."""
    amounts: Mapping[Code, int]
    order_id: UUID | None = None

    def __post_init__(self) -> None:
        if sum(self.amounts.values()):
            raise ValueError(f"{self.kind} of {self.document_id} does not balance: {self.amounts}")


@dataclass(frozen=True, slots=True)
class Allocation:
    """Money of a receipt, or of the wallet (no receipt), that pays for an order."""

    order_id: UUID
    dealer_id: UUID
    receipt_id: UUID | None
    amount_minor: int
    """What of it still stands."""
    allocation_id: int = 0
    """0 until it is stored; a later one has a higher number."""


@dataclass(slots=True)
class Books:
    """What a batch works on: as loaded at first, as to be saved at the end."""

    accounts: dict[UUID, Account] = field(default_factory=dict[UUID, Account])
    orders: dict[UUID, OrderAccount] = field(default_factory=dict[UUID, OrderAccount])
    allocations: Collection[Allocation] = ()
    """The standing ones of the orders or the receipt that the batch is about."""
    postings: list[Posting] = field(default_factory=list[Posting])
    allocated: list[Allocation] = field(default_factory=list[Allocation])
    undone: Counter[int] = field(default_factory=Counter[int])
    """Minor units taken back, by allocation."""
    receipts: Counter[UUID] = field(default_factory=Counter[UUID])
    """By how much what is allocated of a receipt changes."""
    messages: list[Message] = field(default_factory=list[Message])
    changed_accounts: set[UUID] = field(default_factory=set[UUID])
    changed_orders: set[UUID] = field(default_factory=set[UUID])

    def put_account(self, account: Account) -> None:
        self.accounts[account.dealer_id] = account
        self.changed_accounts.add(account.dealer_id)

    def put_order(self, order: OrderAccount) -> None:
        """Put an order account in place of its former one; what its dealer has held follows."""
        before = self.orders.get(order.order_id)
        self.orders[order.order_id] = order
        self.changed_orders.add(order.order_id)
        if held := order.held_minor - (before.held_minor if before else 0):
            account = self.accounts[order.dealer_id]
            self.put_account(replace(account, held_minor=account.held_minor + held))

    def post(self, posting: Posting) -> None:
        """Post a transaction; the dealer's balances follow."""
        amounts, account = posting.amounts, self.accounts[posting.dealer_id]
        self.postings.append(posting)
        self.put_account(
            replace(
                account,
                wallet_minor=account.wallet_minor - amounts.get(Code.WALLET, 0),
                advances_minor=account.advances_minor - amounts.get(Code.ADVANCES, 0),
                receivable_minor=account.receivable_minor + amounts.get(Code.RECEIVABLE, 0),
            )
        )

    def move(
        self, kind: Kind, order: OrderAccount, document_id: UUID, against: Mapping[Code, int]
    ) -> None:
        """Put an order account in place of its former one and post what that makes of the money.

        Paying, invoicing and their undoing cannot be refused for lack of credit: whatever exposure
        they lead to is excused.
        """
        before = self.orders[order.order_id]
        self.put_order(order)
        amounts = {
            **against,
            Code.ADVANCES: before.advance_minor - order.advance_minor,
            Code.RECEIVABLE: order.receivable_minor - before.receivable_minor,
        }
        if posted := {code: amount for code, amount in amounts.items() if amount}:
            self.post(Posting(kind, order.dealer_id, document_id, posted, order.order_id))
        self.put_account(self.accounts[order.dealer_id].excused())

    def allocate(self, allocation: Allocation) -> None:
        self.allocated.append(allocation)
        if allocation.receipt_id:
            self.receipts[allocation.receipt_id] += allocation.amount_minor

    def undo(self, allocation: Allocation, amount_minor: int) -> None:
        """Take back a part of a stored allocation."""
        self.undone[allocation.allocation_id] += amount_minor
        if allocation.receipt_id:
            self.receipts[allocation.receipt_id] -= amount_minor

    def standing(self, order_id: UUID) -> Iterable[Allocation]:
        """What pays for an order, the newest first."""
        own = [standing for standing in self.allocations if standing.order_id == order_id]
        return sorted(own, key=lambda standing: standing.allocation_id, reverse=True)
