"""Dealers, applications and what is told of them; a test states only what it is about."""

from uuid import uuid4

from contracts.dealers import DealerState, DealerStatus, Terms, TermsKind


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
