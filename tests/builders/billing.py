"""Valid asks, books and messages of billing; a test states only what it is about."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from contracts.billing import AdjustCredit, HoldCredit, InvoiceLine, IssueInvoice, ReleaseCredit
from contracts.dealers import DealerState, DealerStatus, Terms, TermsKind
from services.billing.domain.books import Account, Books
from services.billing.domain.covering import Share
from services.billing.domain.receipts import Method, RecordReceipt, Reverse

DEALER, FINANCE, COLLEAGUE = (UUID(int=n) for n in (1, 2, 3))
YUAN = 100


def books(limit_yuan=1_000, *, salesperson_id=None):
    """The books of one dealer, DEALER, who has not ordered anything."""
    return Books({DEALER: Account(DEALER, limit_yuan * YUAN, salesperson_id)})


def a_dealer(limit_yuan=1_000, *, dealer_id=None, version=1, salesperson_id=None):
    return DealerState(
        version=version,
        dealer_id=dealer_id or uuid4(),
        code="JXS-000001",
        name="江苏华东商贸",
        status=DealerStatus.ACTIVE,
        tier="CITY",
        province="江苏",
        city="南京",
        terms=Terms(kind=TermsKind.CREDIT),
        credit_limit_minor=limit_yuan * YUAN,
        salesperson_id=salesperson_id,
        warehouse_id=uuid4(),
    )


def a_hold(total_yuan=1_000, *, credit_yuan=None, dealer_id=DEALER, order_id=None, approved=False):
    """An order on credit, unless less credit is asked for."""
    credit = total_yuan if credit_yuan is None else credit_yuan
    return HoldCredit(
        order_id=order_id or uuid4(),
        number="XS2611-0000001",
        dealer_id=dealer_id,
        total_minor=total_yuan * YUAN,
        credit_minor=credit * YUAN,
        approved_over_limit=approved,
    )


def a_release(hold):
    return ReleaseCredit(order_id=hold.order_id, dealer_id=hold.dealer_id)


def an_adjustment(hold, total_yuan, *, credit_yuan=None, revision=1, approved=False):
    """Another total of the order, all of it on credit where the order was, unless less is said."""
    on_credit = total_yuan if hold.credit_minor else 0
    credit = on_credit if credit_yuan is None else credit_yuan
    return AdjustCredit(
        order_id=hold.order_id,
        dealer_id=hold.dealer_id,
        revision=revision,
        total_minor=total_yuan * YUAN,
        credit_minor=credit * YUAN,
        approved_over_limit=approved,
    )


def a_shipment(hold, gross_yuan=None, *, shipment_id=None):
    """An ask to invoice a shipment of the order: all of it, unless less is said; 13 % tax."""
    gross = hold.total_minor if gross_yuan is None else gross_yuan * YUAN
    tax = (2 * gross * 13 + 113) // (2 * 113)
    line = InvoiceLine(
        line_no=1,
        sku="SKU-1",
        quantity=1,
        net_minor=gross - tax,
        tax_minor=tax,
        gross_minor=gross,
    )
    return IssueInvoice(
        order_id=hold.order_id,
        number=hold.number,
        dealer_id=hold.dealer_id,
        shipment_id=shipment_id or uuid4(),
        lines=(line,),
    )


def a_share(hold, yuan):
    return Share(hold.order_id, yuan * YUAN)


def a_receipt(yuan, *shares, dealer_id=DEALER, reference=None, by=FINANCE):
    return RecordReceipt(
        receipt_id=uuid4(),
        dealer_id=dealer_id,
        method=Method.BANK_TRANSFER,
        amount_minor=yuan * YUAN,
        by=by,
        received_on=date(2026, 11, 24),
        reference=reference,
        shares=shares,
    )


def a_reversal(receipt_id, *, by=COLLEAGUE, second_person_from_yuan=100_000):
    return Reverse(
        receipt_id=receipt_id,
        reason="退票",
        by=by,
        at=datetime(2026, 11, 24, tzinfo=UTC),
        second_person_from_minor=second_person_from_yuan * YUAN,
    )
