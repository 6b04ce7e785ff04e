"""F-48, F-49 on a real database: nobody waits unseen, and large credit has two deciders."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.auth import Role
from chassis.db import transaction
from contracts.dealers import DealerApplicationCreditEndorsed, DealerApplicationEscalated
from services.dealers.commands.applications import escalate_unscreened
from services.dealers.domain.dealers import Tier
from services.dealers.settings import Settings
from tests.builders.edge import a_key, an_actor
from tests.integration.dealers.test_applications import (
    ADMIN,
    NEWCOMER,
    PATH,
    SALES,
    a_standing,
    api,
    apply,
    screened,
    told,
)

__all__ = ["api"]
FINANCE = an_actor(Role.FIN)
THREE_DAYS = timedelta(days=3)


async def escalate(db, at):
    async with transaction(db) as tx:
        return await escalate_unscreened(tx, at, THREE_DAYS)


async def test_an_unscreened_application_is_escalated_once_per_submission(api, dealers_db):
    """F-48: unscreened after N days."""
    one = f"{PATH}/{(await apply(api)).json()['application_id']}"
    now = datetime.now(UTC)

    early = await escalate(dealers_db, now + THREE_DAYS - timedelta(minutes=1))
    late = [await escalate(dealers_db, now + THREE_DAYS + timedelta(days=n)) for n in (1, 2)]
    shown = (await api(ADMIN).get(one)).json()
    listed = (await api(ADMIN).get(PATH)).json()["items"]
    await api(SALES).post(f"{one}/screen")
    after = (await api(ADMIN).get(one)).json()

    [told_of] = await told(dealers_db, DealerApplicationEscalated)
    assert (early, late) == (0, [1, 0])
    assert told_of.screener_id == SALES.user_id
    assert shown["escalated"] is True
    assert [row["escalated"] for row in listed] == [True]
    assert after["escalated"] is False


async def test_a_screened_or_returned_application_waits_for_nobody_here(api, dealers_db):
    await screened(api)
    other = f"{PATH}/{(await apply(api)).json()['application_id']}"
    await api(SALES).post(f"{other}/return", json={"reason": "执照不清晰"})

    assert await escalate(dealers_db, datetime.now(UTC) + timedelta(days=30)) == 0


@pytest.fixture
def high():
    """A limit that an approver does not grant alone to a dealer of that tier."""
    alone = Settings.model_fields["credit_without_finance_minor"].default
    return alone[Tier.CITY] + 1


async def test_high_credit_is_approved_once_finance_has_agreed(api, dealers_db, high):
    """F-49: the amount and the tier decide who must agree."""
    one, body = await screened(api), a_standing() | {"credit_limit_minor": high}

    alone = await api(ADMIN).post(f"{one}/approve", json=body, headers=a_key())
    less = await api(FINANCE).post(f"{one}/endorse-credit", json={"credit_limit_minor": high - 1})
    still = await api(ADMIN).post(f"{one}/approve", json=body, headers=a_key())
    agreed = await api(FINANCE).post(f"{one}/endorse-credit", json={"credit_limit_minor": high})
    approved = await api(ADMIN).post(f"{one}/approve", json=body, headers=a_key())

    assert (alone.status_code, still.status_code, approved.status_code) == (409, 409, 200)
    assert alone.json()["type"].endswith("/credit-not-endorsed")
    assert still.json()["endorsed_limit_minor"] == less.json()["endorsed_limit_minor"] == high - 1
    assert agreed.json()["endorsed_by"] == str(FINANCE.user_id)
    assert [one.credit_limit_minor for one in await told(dealers_db, ENDORSED)] == [high - 1, high]


async def test_a_province_dealer_gets_more_without_finance(api, high):
    body = a_standing() | {"credit_limit_minor": high, "tier": "PROVINCE"}

    answer = await api(ADMIN).post(f"{await screened(api)}/approve", json=body, headers=a_key())

    assert answer.status_code == 200


async def test_afterwards_too_only_finance_raises_credit_beyond_the_limit(api, high):
    body = a_standing() | {"credit_limit_minor": high - 1}
    one = f"{await screened(api)}/approve"
    dealer = (await api(ADMIN).post(one, json=body, headers=a_key())).json()
    path = f"/dealers/{dealer['dealer_id']}/change-terms"
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    raised = {"terms": {"kind": "CREDIT", "credit_days": 30}, "credit_limit_minor": high}

    alone = await api(ADMIN).post(path, json=raised)
    dated = await api(ADMIN).post(path, json=raised | {"effective_from": later})
    lower = await api(ADMIN).post(path, json=raised | {"credit_limit_minor": 1})
    finance = await api(FINANCE).post(path, json=raised)

    assert [one.status_code for one in (alone, dated, lower, finance)] == [409, 409, 200, 200]
    assert alone.json()["type"].endswith("/finance-grants-credit")
    assert finance.json()["credit_limit_minor"] == high


async def test_only_finance_endorses_and_only_what_was_screened(api):
    one = f"{PATH}/{(await apply(api)).json()['application_id']}"
    body = {"credit_limit_minor": 1}

    refused = [
        (await api(actor).post(f"{one}/endorse-credit", json=body)).status_code
        for actor in (ADMIN, SALES, NEWCOMER, FINANCE)
    ]

    assert refused == [403, 403, 403, 409]


ENDORSED = DealerApplicationCreditEndorsed
