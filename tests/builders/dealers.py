"""Dealers, applications and what is told of them; a test states only what it is about."""

from datetime import UTC, datetime
from itertools import count
from uuid import UUID, uuid4

from chassis.ids import uuid7
from contracts.dealers import DealerState, DealerStatus, Terms, TermsKind
from contracts.gateway import UserState
from services.dealers.domain.applications import Application, Ask, Form, Status
from services.dealers.domain.credit_codes import check_sign
from services.dealers.domain.dealers import Company, Dealer, Standing, Tier
from services.dealers.domain.documents import Document, DocumentKind
from services.dealers.domain.places import Address, AddressKind
from services.dealers.domain.scoring import Sheet

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
_numbers = count(1)


def a_dealer_state(**facts):
    given = {
        "dealer_id": uuid4(),
        "version": 1,
        "code": "JXS-000001",
        "name": "杭州恒泰五金有限公司",
        "status": DealerStatus.ACTIVE,
        "tier": "CITY",
        "province": "浙江省",
        "city": "杭州市",
        "terms": Terms(kind=TermsKind.PREPAID),
        "credit_limit_minor": 0,
        "salesperson_id": None,
        "warehouse_id": uuid4(),
    }
    return DealerState(**given | facts)


def a_credit_code():
    """Another one each time, with the right check sign."""
    stem = f"91330100MA{next(_numbers):07}"
    return stem + check_sign(stem)


def a_form(**facts):
    given = {
        "credit_code": a_credit_code(),
        "name": "杭州恒泰五金有限公司",
        "province": "浙江省",
        "city": "杭州市",
        "address": "文三路 1 号",
        "contact_name": "王建军",
        "phone": "13800000001",
        "brands": ("恒力",),
        "channels": ("批发",),
        "annual_sales_minor": None,
        "licence_valid_until": None,
        "note": "",
    }
    return Form(**given | facts)


def an_application(**facts):
    given = {
        "application_id": uuid7(),
        "form": a_form(),
        "applicant_user_id": uuid4(),
        "status": Status.SUBMITTED,
        "changed_at": NOW,
        "submitted_at": NOW,
    }
    return Application(**given | facts)


def an_ask(user_id=None, *, draft=False, **form):
    return Ask(uuid7(), a_form(**form), user_id or uuid4(), draft=draft)


def a_standing(**facts):
    given = {
        "tier": Tier.CITY,
        "terms": Terms(kind=TermsKind.PREPAID),
        "credit_limit_minor": 0,
        "salesperson_id": None,
        "warehouse_id": uuid4(),
    }
    return Standing(**given | facts)


def a_dealer(**standing):
    company = Company(
        a_credit_code(), "杭州恒泰五金有限公司", "浙江省", "杭州市", "王建军", "13800000001"
    )
    return Dealer.fresh(uuid7(), company, a_standing(**standing))


def a_user(*roles, user_id=None, version=1, active=True):
    return UserState(
        user_id=user_id or uuid4(),
        version=version,
        name="李业务",
        roles=roles,
        dealer_id=None,
        active=active,
    )


def an_application_body(**facts):
    form = a_form()
    given = {
        "credit_code": form.credit_code,
        "name": form.name,
        "province": form.province,
        "city": form.city,
        "contact_name": form.contact_name,
        "phone": form.phone,
    }
    return given | facts


def a_standing_body(**facts):
    given = {
        "tier": "CITY",
        "terms": {"kind": "CREDIT", "credit_days": 30},
        "credit_limit_minor": 5_000_000,
        "warehouse_id": str(uuid4()),
    }
    return given | facts


def a_dealer_body(**facts):
    return an_application_body() | a_standing_body() | facts


def a_document(**facts):
    given = {
        "document_id": uuid7(),
        "application_id": uuid4(),
        "kind": DocumentKind.LICENCE,
        "file_name": "营业执照.pdf",
        "media_type": "application/pdf",
        "size_bytes": 9,
        "sha256": "0" * 64,
        "valid_until": None,
        "added_by": uuid4(),
        "added_at": NOW,
    }
    return Document(**given | facts)


def a_sheet(**facts):
    return Sheet(**{"version": 1} | a_sheet_body() | {"wanted_brands": ()} | facts)


def a_sheet_body(**facts):
    given = {
        "sales_weight": 40,
        "brands_weight": 30,
        "channels_weight": 20,
        "documents_weight": 10,
        "full_sales_minor": 1_000_000_00,
        "full_brands": 3,
        "full_channels": 2,
        "full_documents": 2,
    }
    return given | facts


def an_address(**facts):
    given = {
        "address_id": uuid7(),
        "dealer_id": UUID(int=1),
        "kind": AddressKind.SHIP_TO,
        "receiver": "王仓库",
        "phone": "13800000003",
        "province": "浙江省",
        "city": "杭州市",
        "street": "文三路 1 号",
        "usual": False,
    }
    return Address(**given | facts)
