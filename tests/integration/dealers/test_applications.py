"""Over HTTP on a real database: a newcomer applies, is judged twice, and is a dealer."""

import asyncio
from uuid import uuid4

import pytest

from chassis.auth import Role
from chassis.consumer import Delivery, Dispatch
from chassis.ids import uuid7
from contracts.dealers import DealerActivated, DealerApplied, DealerState
from services.dealers.app import SERVICE
from services.dealers.consumers import SUBSCRIPTIONS
from tests.builders.dealers import a_standing_body, a_user, an_application_body
from tests.builders.edge import a_key, an_actor, serving

ADMIN, SECOND = an_actor(Role.ADM), an_actor(Role.ADM)
SALES, OTHER_SALES = an_actor(Role.SAL), an_actor(Role.SAL)
NEWCOMER, ANOTHER = an_actor(Role.APPLICANT), an_actor(Role.APPLICANT)
PATH = "/dealer-applications"


async def deliver(db, *messages):
    deliveries = [
        Delivery(uuid7(), message.type, message.key, message.model_dump_json().encode())
        for message in messages
    ]
    await Dispatch(db, SUBSCRIPTIONS).deliver(deliveries)


@pytest.fixture
async def api(dealers_db):
    users = [a_user("SAL", user_id=one.user_id) for one in (SALES, OTHER_SALES)]
    await deliver(dealers_db, *users)
    async with serving(SERVICE, dealers_db) as api:
        row = {"province": "浙江省", "salesperson_id": str(SALES.user_id)}
        answer = await api(ADMIN).post("/territories/import", json={"rows": [row]})
        assert answer.json() == {"changed": 1, "unchanged": 0}
        yield api


async def apply(api, actor=NEWCOMER, **facts):
    return await api(actor).post(PATH, json=an_application_body(**facts), headers=a_key())


async def screened(api):
    one = f"{PATH}/{(await apply(api)).json()['application_id']}"
    await api(SALES).post(f"{one}/screen")
    return one


def a_standing():
    return a_standing_body(salesperson_id=str(SALES.user_id))


async def told(db, kind):
    rows = await db.fetch("SELECT body FROM outbox WHERE type = $1 ORDER BY position", kind.type)
    return [kind.model_validate_json(row["body"]) for row in rows]


async def test_a_newcomer_becomes_a_dealer_by_two_persons(api, dealers_db):
    """F-47, F-49, F-50: he applies by himself, is screened, and approved with tier and terms."""
    applied = await apply(api)
    one = f"{PATH}/{applied.json()['application_id']}"
    seen = await api(SALES).get(one)
    await api(SALES).post(f"{one}/screen", headers={"If-Match": seen.headers["etag"]})

    approved = await api(SECOND).post(f"{one}/approve", json=a_standing(), headers=a_key())

    assert applied.status_code == 201
    assert applied.json()["status"] == "SUBMITTED"
    assert seen.json()["screener_id"] == str(SALES.user_id)
    dealer = approved.json()
    assert (approved.status_code, dealer["code"]) == (200, "JXS-000001")
    assert (dealer["status"], dealer["salesperson_name"]) == ("ACTIVE", "李业务")
    [activated], [state] = (
        await told(dealers_db, DealerActivated),
        await told(dealers_db, DealerState),
    )
    assert activated.applicant_user_id == state.applicant_user_id == NEWCOMER.user_id
    assert (state.credit_limit_minor, state.terms.credit_days) == (5_000_000, 30)
    mine = (await api(NEWCOMER).get(one)).json()
    assert (mine["status"], mine["dealer_id"]) == ("APPROVED", dealer["dealer_id"])


async def test_a_repeated_approval_makes_one_dealer(api, dealers_db):
    one, key, body = await screened(api), a_key(), a_standing()

    first = await api(ADMIN).post(f"{one}/approve", json=body, headers=key)
    again = await api(ADMIN).post(f"{one}/approve", json=body, headers=key)

    assert first.json() == again.json()
    assert len(await told(dealers_db, DealerActivated)) == 1


async def test_parallel_approvals_make_one_dealer(api, dealers_db):
    one = await screened(api)

    answers = await asyncio.gather(
        *(
            api(actor).post(f"{one}/approve", json=a_standing(), headers=a_key())
            for actor in (ADMIN, SECOND)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await dealers_db.fetchval("SELECT count(*) FROM dealers") == 1


async def test_the_screener_cannot_approve_even_as_an_administrator(api):
    both = an_actor(Role.SAL, Role.ADM)
    one = f"{PATH}/{(await apply(api)).json()['application_id']}"
    await api(both).post(f"{one}/screen")

    refused = await api(both).post(f"{one}/approve", json=a_standing(), headers=a_key())

    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/same-person-screened")
    assert "applications.approve" not in (await api(both).get(one)).json()["allowed_actions"]


async def test_a_second_application_of_a_company_is_linked_and_names_nobody(api, dealers_db):
    """F-47: the second with the same code is linked to the first, and not created."""
    code = an_application_body()["credit_code"]
    first = (await apply(api, credit_code=code)).json()

    his = await apply(api, credit_code=code)
    stranger = await apply(api, ANOTHER, credit_code=code, contact_name="赵六")

    assert his.status_code == 409
    assert his.json()["application_id"] == first["application_id"]
    assert stranger.status_code == 201
    assert stranger.json() == {"application_id": None, "status": "LINKED", "version": None}
    assert await dealers_db.fetchval("SELECT count(*) FROM dealer_applications") == 1
    shown = (await api(SALES).get(f"{PATH}/{first['application_id']}")).json()
    assert [one["contact_name"] for one in shown["further_applicants"]] == ["赵六"]
    mine = (await api(NEWCOMER).get(f"{PATH}/{first['application_id']}")).json()
    assert mine["further_applicants"] == []


async def test_parallel_applications_of_a_company_are_one_application(api, dealers_db):
    """F-47."""
    code = an_application_body()["credit_code"]
    crowd = [an_actor(Role.APPLICANT) for _ in range(10)]

    answers = await asyncio.gather(*(apply(api, one, credit_code=code) for one in crowd))

    statuses = sorted(answer.json()["status"] for answer in answers)
    assert statuses == ["LINKED"] * 9 + ["SUBMITTED"]
    assert await dealers_db.fetchval("SELECT count(*) FROM dealer_applications") == 1
    assert await dealers_db.fetchval("SELECT count(*) FROM further_applicants") == 9


async def test_an_application_for_a_company_that_is_a_dealer_already_is_linked(api):
    body = an_application_body() | a_standing()
    await api(ADMIN).post("/dealers", json=body, headers=a_key())

    linked = await apply(api, credit_code=body["credit_code"])

    assert linked.json()["status"] == "LINKED"


async def test_a_returned_application_is_corrected_and_submitted_again(api, dealers_db):
    body = an_application_body()
    one = f"{PATH}/{(await apply(api, **body)).json()['application_id']}"
    await api(SALES).post(f"{one}/return", json={"reason": "请补充联系电话"})
    reason = (await api(NEWCOMER).get(one)).json()["reason"]

    await api(NEWCOMER).put(one, json=body | {"phone": "0571-88886666"})
    again = await api(NEWCOMER).post(f"{one}/submit")

    assert reason == "请补充联系电话"
    assert again.json()["status"] == "SUBMITTED"
    assert len(await told(dealers_db, DealerApplied)) == 2


async def test_a_draft_is_its_writers_alone_until_he_submits_it(api):
    one = f"{PATH}/{(await apply(api, draft=True)).json()['application_id']}"

    hidden = [
        (await api(SALES).get(one)).status_code,
        (await api(SALES).post(f"{one}/screen")).status_code,
    ]
    submitted = await api(NEWCOMER).post(f"{one}/submit")

    assert hidden == [404, 404]
    assert submitted.json()["status"] == "SUBMITTED"
    assert (await api(SALES).get(one)).status_code == 200


async def test_a_draft_that_comes_second_is_linked_when_it_is_submitted(api, dealers_db):
    code = an_application_body()["credit_code"]
    draft = (await apply(api, credit_code=code, draft=True)).json()["application_id"]
    await apply(api, ANOTHER, credit_code=code)

    linked = await api(NEWCOMER).post(f"{PATH}/{draft}/submit")

    assert linked.json()["status"] == "LINKED"
    assert await dealers_db.fetchval("SELECT count(*) FROM dealer_applications") == 1


async def test_foreign_and_missing_applications_answer_alike(api):
    one = f"{PATH}/{(await apply(api)).json()['application_id']}"

    answers = [
        await api(actor).get(path)
        for actor in (ANOTHER, OTHER_SALES)
        for path in (one, f"{PATH}/{uuid4()}")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json()["title"] for answer in answers}) == 1


@pytest.mark.parametrize("verb", ["screen", "return", "reject"])
async def test_a_salesperson_judges_only_what_is_his_to_screen(api, verb):
    one = f"{PATH}/{(await apply(api)).json()['application_id']}"

    refused = await api(OTHER_SALES).post(f"{one}/{verb}", json={"reason": "不符合"})

    assert refused.status_code == 404


async def test_an_application_can_be_given_to_another_salesperson(api):
    one = f"{PATH}/{(await apply(api, province='云南省')).json()['application_id']}"
    body = {"salesperson_id": str(OTHER_SALES.user_id)}

    given = await api(ADMIN).post(f"{one}/assign", json=body)
    nobody = await api(ADMIN).post(f"{one}/assign", json={"salesperson_id": str(ADMIN.user_id)})

    assert given.json()["screener_id"] == str(OTHER_SALES.user_id)
    assert (await api(OTHER_SALES).post(f"{one}/screen")).status_code == 200
    assert nobody.json()["type"].endswith("/not-a-salesperson")


async def test_lists_show_each_role_what_is_its(api):
    await apply(api)
    await apply(api, ANOTHER, province="云南省")

    counts = {
        actor: len((await api(actor).get(PATH)).json()["items"])
        for actor in (NEWCOMER, ANOTHER, SALES, OTHER_SALES, ADMIN)
    }

    assert list(counts.values()) == [1, 1, 1, 0, 2]


async def test_a_list_goes_on_behind_its_cursor(api):
    for _ in range(3):
        await apply(api)

    first = (await api(ADMIN).get(PATH, params={"limit": 2})).json()
    rest = (await api(ADMIN).get(PATH, params={"cursor": first["next_cursor"]})).json()

    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"credit_code": "91330100799655058A"}, "/credit_code"),
        ({"credit_code": "123"}, "/credit_code"),
        ({"phone": "call me"}, "/phone"),
        ({"note": "a\x00b"}, "/note"),
        ({"name": ""}, "/name"),
        ({"colour": "red"}, "/colour"),
    ],
)
async def test_a_fault_is_pointed_at(api, facts, pointer):
    refused = await apply(api, **facts)

    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["faults"]] == [pointer]


async def test_a_stale_version_is_refused(api):
    one = f"{PATH}/{(await apply(api)).json()['application_id']}"

    stale = await api(SALES).post(f"{one}/screen", headers={"If-Match": '"7"'})

    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)


async def test_only_applicants_apply_and_only_with_a_key(api):
    staff = await apply(api, SALES)
    keyless = await api(NEWCOMER).post(PATH, json=an_application_body())

    assert staff.status_code == 403
    assert keyless.json()["type"].endswith("/idempotency-key-missing")
