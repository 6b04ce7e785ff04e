"""Over HTTP on a real database: applicants are scored, filtered, compared, shortlisted (F-52)."""

import asyncio
import csv
import io
from uuid import uuid4

import pytest

from chassis.auth import Role
from chassis.consumer import Delivery, Dispatch
from chassis.ids import uuid7
from services.dealers.app import SERVICE
from services.dealers.consumers import SUBSCRIPTIONS
from tests.builders.dealers import a_sheet_body, a_user, an_application_body
from tests.builders.edge import a_key, an_actor, serving

ADMIN, SALES, OTHER_SALES = an_actor(Role.ADM), an_actor(Role.SAL), an_actor(Role.SAL)
PATH = "/dealer-applications"
SHEET = f"{PATH}/score-sheet"
SMALL = {"annual_sales_minor": 250_000_00, "brands": ["恒力"], "channels": []}
LARGE = {"annual_sales_minor": 900_000_00, "brands": ["恒力", "公牛"], "channels": ["批发"]}


@pytest.fixture
async def api(dealers_db, tmp_path):
    users = [a_user("SAL", user_id=one.user_id) for one in (SALES, OTHER_SALES)]
    await Dispatch(dealers_db, SUBSCRIPTIONS).deliver(
        [Delivery(uuid7(), one.type, one.key, one.model_dump_json().encode()) for one in users]
    )
    async with serving(SERVICE, dealers_db, files_url=tmp_path.as_uri()) as api:
        row = {"province": "浙江省", "salesperson_id": str(SALES.user_id)}
        await api(ADMIN).post("/territories/import", json={"rows": [row]})
        yield api


async def set_sheet(api, **facts):
    answer = await api(ADMIN).put(SHEET, json=a_sheet_body(**facts))
    assert answer.status_code == 200, answer.text
    return answer


async def apply(api, **facts):
    """Who applied, and the id of the application."""
    actor, body = an_actor(Role.APPLICANT), an_application_body(**facts)
    answer = await api(actor).post(PATH, json=body, headers=a_key())
    return actor, answer.json()["application_id"]


async def pool(api, actor=ADMIN, **query):
    return (await api(actor).get(f"{PATH}/pool", params=query)).json()["items"]


async def shortlist(api, one, actor=ADMIN, **facts):
    return await api(actor).post(f"{PATH}/{one}/shortlist", json=facts, headers=a_key())


async def test_the_pool_shows_the_best_first_and_the_parts_of_each_score(api):
    """F-52: the score shows its parts."""
    await set_sheet(api)
    small, large = (await apply(api, **SMALL))[1], (await apply(api, **LARGE))[1]

    shown = await pool(api)

    assert [(one["application_id"], one["score"]["points"]) for one in shown] == [
        (large, 360 + 200 + 100),
        (small, 100 + 100),
    ]
    assert {one["part"]: one["points"] for one in shown[0]["score"]["parts"]} == {
        "SALES": 360,
        "BRANDS": 200,
        "CHANNELS": 100,
        "DOCUMENTS": 0,
    }


async def test_another_sheet_scores_everybody_anew(api):
    """F-52: the score is recomputed when its sheet changes."""
    early = (await apply(api, **LARGE))[1]
    before = await pool(api)
    await set_sheet(api)
    late = (await apply(api, **SMALL))[1]

    await set_sheet(api, sales_weight=0, brands_weight=70)

    scores = {one["application_id"]: one["score"] for one in await pool(api)}
    assert [one["score"] for one in before] == [None]
    assert (scores[early]["points"], scores[late]["points"]) == (466 + 100, 233)
    assert {one["sheet_version"] for one in scores.values()} == {2}


async def test_the_same_sheet_again_is_no_other_sheet_and_a_stale_one_is_refused(api):
    first = await set_sheet(api)

    again = await set_sheet(api)
    stale = await api(ADMIN).put(SHEET, json=a_sheet_body(), headers={"If-Match": '"7"'})

    assert (first.json()["version"], again.json()["version"]) == (1, 1)
    assert again.headers["etag"] == '"1"'
    assert stale.status_code == 412
    assert (await api(SALES).get(SHEET)).json() == first.json()


async def test_a_score_follows_the_form_and_the_papers(api):
    await set_sheet(api)
    body = an_application_body(**SMALL)
    newcomer, one = await apply(api, **body)
    points = [(await pool(api))[0]["score"]["points"]]

    await api(newcomer).post(
        f"{PATH}/{one}/documents",
        params={"kind": "LICENCE", "file_name": "a.pdf"},
        content=b"%PDF-1.7",
        headers={"Content-Type": "application/pdf"} | a_key(),
    )
    points.append((await pool(api))[0]["score"]["points"])
    await api(SALES).post(f"{PATH}/{one}/return", json={"reason": "请补充"})
    await api(newcomer).put(f"{PATH}/{one}", json=body | {"channels": ["批发", "零售"]})
    points.append((await pool(api))[0]["score"]["points"])

    assert points == [200, 250, 450]


async def test_the_shortlist_keeps_the_score_of_its_decision(api):
    """F-52: the shortlist keeps the score at decision time."""
    await set_sheet(api)
    one = (await apply(api, **LARGE))[1]
    listed = await shortlist(api, one, note="实力强")

    await set_sheet(api, sales_weight=0, brands_weight=70)
    again = await shortlist(api, one, key_development=True, note="重点")

    assert listed.json()["shortlist"]["score"]["points"] == 660
    assert again.json()["score"]["points"] == 566
    kept = again.json()["shortlist"]
    assert (kept["score"]["points"], kept["score"]["sheet_version"]) == (660, 1)
    assert (kept["key_development"], kept["note"]) == (True, "重点")
    assert kept["decided_at"] == listed.json()["shortlist"]["decided_at"]


async def test_a_decided_application_keeps_its_score_and_is_not_shortlisted(api):
    await set_sheet(api)
    one = (await apply(api, **LARGE))[1]
    await api(ADMIN).post(f"{PATH}/{one}/reject", json={"reason": "区域已满"})

    await set_sheet(api, sales_weight=0, brands_weight=70)
    late = await shortlist(api, one)

    assert [entry["score"]["points"] for entry in await pool(api)] == [660]
    assert late.json()["type"].endswith("/application-moved")


async def test_one_is_taken_off_the_shortlist(api):
    one = (await apply(api))[1]
    await shortlist(api, one)

    gone = await api(ADMIN).delete(f"{PATH}/{one}/shortlist")
    again = await api(ADMIN).delete(f"{PATH}/{one}/shortlist")

    assert (gone.status_code, again.status_code) == (204, 404)
    assert await pool(api, shortlisted=True) == []


async def test_the_pool_is_filtered_by_what_is_known_of_an_applicant(api):
    await set_sheet(api)
    small = (await apply(api, **SMALL, city="宁波市"))[1]
    large = (await apply(api, **LARGE))[1]
    await shortlist(api, large, key_development=True)

    found = [
        [one["application_id"] for one in await pool(api, **query)]
        for query in (
            {"city": "宁波市"},
            {"shortlisted": False},
            {"brand": "公牛"},
            {"channel": "批发"},
            {"points_min": 500},
            {"key_development": True},
            {"status": "SUBMITTED", "province": "浙江省"},
            {"status": "SCREENED"},
        )
    ]

    assert found == [[small]] * 2 + [[large]] * 4 + [[large, small], []]


async def test_the_pool_goes_on_behind_its_cursor_also_among_equals(api):
    ids = [(await apply(api))[1] for _ in range(5)]

    seen, cursor = [], None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await api(ADMIN).get(f"{PATH}/pool", params=query)).json()
        seen += [one["application_id"] for one in page["items"]]
        cursor = page["next_cursor"]

    assert (seen, cursor) == (ids[::-1], None)


async def test_some_are_compared_in_the_order_of_the_question(api):
    await set_sheet(api)
    small, large = (await apply(api, **SMALL))[1], (await apply(api, **LARGE))[1]
    query = {"application_id": [small, large]}

    compared = (await api(SALES).get(f"{PATH}/comparison", params=query)).json()
    foreign = await api(OTHER_SALES).get(f"{PATH}/comparison", params=query)
    missing = await api(SALES).get(
        f"{PATH}/comparison", params={"application_id": [small, str(uuid4())]}
    )

    assert [one["application_id"] for one in compared] == [small, large]
    assert (foreign.status_code, missing.status_code) == (404, 404)


async def test_a_salesperson_has_the_pool_of_his_territory(api):
    """P-10: row scope by territory, in the pool, its table and its shortlist."""
    one = (await apply(api))[1]
    far = (await apply(api, province="云南省"))[1]

    seen = {
        actor: {entry["application_id"] for entry in await pool(api, actor)}
        for actor in (SALES, OTHER_SALES, ADMIN)
    }
    tables = [await api(actor).get(f"{PATH}/pool/export") for actor in (SALES, OTHER_SALES)]

    assert list(seen.values()) == [{one}, set(), {one, far}]
    assert [table.text.count("\r\n") for table in tables] == [2, 1]
    assert (await shortlist(api, one, OTHER_SALES)).status_code == 404
    assert (await api(OTHER_SALES).delete(f"{PATH}/{one}/shortlist")).status_code == 404
    assert (await shortlist(api, one, SALES)).status_code == 200


async def test_applicants_do_not_see_the_pool_and_only_administrators_set_the_sheet(api):
    newcomer, one = await apply(api)

    answers = [
        await api(newcomer).get(f"{PATH}/pool"),
        await api(newcomer).get(f"{PATH}/comparison", params={"application_id": one}),
        await shortlist(api, one, newcomer),
        await api(SALES).put(SHEET, json=a_sheet_body()),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


async def test_a_draft_is_not_in_the_pool(api):
    await set_sheet(api)
    await apply(api, draft=True)

    assert await pool(api) == []


async def test_the_table_is_for_spreadsheets_and_carries_no_formulas(api):
    await set_sheet(api)
    await apply(api, **LARGE | {"name": "=HYPERLINK(1)", "brands": ["@公牛"]})

    table = await api(ADMIN).get(f"{PATH}/pool/export")

    assert table.text.startswith("\ufeff企业名称")
    [row] = csv.DictReader(io.StringIO(table.text.lstrip("\ufeff")))
    assert (row["企业名称"], row["经营品牌"], row["得分"]) == ("'=HYPERLINK(1)", "'@公牛", "560")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    "facts", [{"sales_weight": 41}, {"full_brands": 0}, {"full_sales_minor": 0}, {"colour": 1}]
)
async def test_a_sheet_that_cannot_be_is_refused(api, facts):
    refused = await api(ADMIN).put(SHEET, json=a_sheet_body(**facts))

    assert refused.status_code == 422
    assert (await api(ADMIN).get(SHEET)).status_code == 404


async def test_no_application_slips_through_while_the_sheet_changes(api):
    """Who comes while the sheet is being changed is scored by the new one in the end."""
    await set_sheet(api)

    await asyncio.gather(
        *(apply(api, **LARGE) for _ in range(6)),
        set_sheet(api, sales_weight=0, brands_weight=70),
        *(apply(api, **SMALL) for _ in range(6)),
    )

    shown = await pool(api)
    assert len(shown) == 12
    assert {one["score"]["sheet_version"] for one in shown} == {2}
