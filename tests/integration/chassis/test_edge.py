"""The HTTP edge on a real database: what callers get, also when things go wrong.

Each test with `api` runs twice, by the framework's route and by the hot one in front of it.
"""

from itertools import chain
from uuid import uuid4

import pytest
from fastapi import APIRouter

from chassis.auth import Role, UndeclaredRoute
from chassis.service import Service
from chassis.settings import ServiceSettings
from tests.builders.edge import a_key, an_actor, serving
from tests.builders.lending import ACCESS, HOT_LIBRARY, LIBRARY

LENDING = {"title": "Middlemarch", "parts": [{"copies": 2}, {"copies": 3}]}
DEALER = an_actor(Role.DLR, dealer_id=uuid4())
CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}


async def test_what_was_lent_is_listed(api):
    lent = await api(DEALER).post("/loans", json=LENDING, headers=a_key())
    listed = await api(DEALER).get("/loans")

    assert lent.status_code == 201
    assert listed.json()["items"] == [lent.json()]
    assert lent.json()["copies"] == 5


async def test_a_list_is_read_page_by_page_without_gap_or_overlap(api):
    for _ in range(7):
        await api(DEALER).post("/loans", json=LENDING, headers=a_key())
    pages, cursor = [], ""

    while cursor is not None:
        page = (await api(DEALER).get(f"/loans?limit=3&cursor={cursor}")).json()
        pages.append([loan["loan_id"] for loan in page["items"]])
        cursor = page["next_cursor"]

    whole = (await api(DEALER).get("/loans")).json()["items"]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert list(chain(*pages)) == [loan["loan_id"] for loan in whole]


async def test_a_fault_of_the_body_is_pointed_at(api):
    body = {"title": "", "parts": [{"copies": 2}, {"copies": 0}], "price": 0}

    response = await api(DEALER).post("/loans", json=body, headers={**a_key(), **ENGLISH})

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"].endswith("/invalid-request")
    assert {fault["pointer"] for fault in problem["faults"]} == {
        "/title",
        "/parts/1/copies",
        "/price",
    }
    assert problem["trace_id"]


BAD_REQUESTS = {
    "no body": {"content": b""},
    "not JSON": {"content": b"{"},
    "null": {"content": b"null"},
    "a list": {"content": b"[]"},
    "not UTF-8": {"content": b'{"title": "\xff", "parts": [{"copies": 1}]}'},
    "a lone surrogate": {"content": b'{"title": "\\ud800", "parts": [{"copies": 1}]}'},
    "NUL": {"content": b'{"title": "\\u0000", "parts": [{"copies": 1}]}'},
    "NaN": {"content": b'{"title": "a", "parts": [{"copies": NaN}]}'},
    "a huge number": {"content": b'{"title": "a", "parts": [{"copies": 1e400}]}'},
    "a fraction": {"content": b'{"title": "a", "parts": [{"copies": 1.5}]}'},
    "deeply nested": {"content": b"[" * 100_000},
    "a field too many": {"json": {**LENDING, "dealer_id": str(uuid4())}},
    "plain text": {"content": b"hello", "headers": {"content-type": "text/plain"}},
    "a form": {"data": {"title": "a"}},
}


@pytest.mark.parametrize("bad", BAD_REQUESTS.values(), ids=BAD_REQUESTS.keys())
async def test_a_bad_request_is_a_problem_of_the_client(api, bad):
    headers = {"content-type": "application/json"} if "content" in bad else {}
    headers |= a_key() | bad.get("headers", {})

    response = await api(DEALER).post("/loans", **{**bad, "headers": headers})

    assert response.status_code == 422
    assert response.json()["faults"]


@pytest.mark.parametrize("bad", BAD_REQUESTS.values(), ids=BAD_REQUESTS.keys())
async def test_a_hot_route_refuses_in_the_words_of_the_framework(library_db, bad):
    headers = {"content-type": "application/json"} if "content" in bad else {}
    headers |= a_key() | bad.get("headers", {})
    answers = []

    for library in (LIBRARY, HOT_LIBRARY):
        async with serving(library, library_db) as api:
            response = await api(DEALER).post("/loans", **{**bad, "headers": headers})
            answers.append((response.status_code, {**response.json(), "trace_id": None}))

    assert answers[0] == answers[1]


REFUSED = {
    "no token": (None, {}, 401, "unauthenticated"),
    "another role": (an_actor(Role.FIN), a_key(), 403, "forbidden"),
    "no key": (DEALER, {}, 400, "idempotency-key-missing"),
    "an empty key": (DEALER, {"Idempotency-Key": ""}, 400, "idempotency-key-missing"),
    "an endless key": (DEALER, {"Idempotency-Key": "x" * 256}, 400, "idempotency-key-missing"),
}


@pytest.mark.parametrize(
    ("actor", "headers", "status", "slug"), REFUSED.values(), ids=REFUSED.keys()
)
async def test_a_refusal_says_why_in_chinese_first(api, actor, headers, status, slug):
    chinese = await api(actor).post("/loans", json=LENDING, headers=headers)
    english = await api(actor).post("/loans", json=LENDING, headers={**headers, **ENGLISH})

    assert chinese.status_code == english.status_code == status
    assert chinese.json()["type"] == english.json()["type"]
    assert chinese.json()["type"].endswith("/" + slug)
    assert english.json()["title"].isascii()
    assert not chinese.json()["title"].isascii()
    assert chinese.headers["content-language"] == "zh-CN"


async def test_a_refusal_of_the_rules_has_its_facts(api):
    response = await api(DEALER).post(
        "/loans", json={**LENDING, "title": "Gone"}, headers={**a_key(), **CHINESE}
    )

    assert response.status_code == 409
    assert response.json()["title"] == "该书已绝版。"
    assert response.json()["type"].endswith("/out-of-print")
    assert response.json()["book"] == "Gone"


async def test_foreign_and_missing_answer_alike(api):
    lent = await api(DEALER).post("/loans", json=LENDING, headers=a_key())
    stranger = an_actor(Role.DLR, dealer_id=uuid4())

    foreign = await api(stranger).get(f"/loans/{lent.json()['loan_id']}")
    missing = await api(stranger).get(f"/loans/{uuid4()}")

    assert foreign.status_code == missing.status_code == 404
    assert {**foreign.json(), "trace_id": 0} == {**missing.json(), "trace_id": 0}


async def test_a_bug_is_told_by_its_trace_and_nothing_else(api):
    response = await api(DEALER).get("/loans/broken/shelf")

    assert response.status_code == 500
    assert set(response.json()) == {"type", "title", "status", "trace_id"}
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/nothing/here", 404, "no-such-route"),
        ("DELETE", "/loans", 405, "method-not-allowed"),
        ("PATCH", "/loans/opening/hours", 405, "method-not-allowed"),
        ("GET", "/loans/not-an-id", 422, "invalid-request"),
        ("GET", "/loans?limit=0", 422, "invalid-request"),
        ("GET", "/loans?limit=1000000000", 422, "invalid-request"),
        ("GET", "/loans?cursor=made-up", 422, "invalid-request"),
        ("GET", "/loans?cursor=W1siaSIsMV1d", 422, "invalid-request"),
        ("GET", "/loans?title=%00", 422, "invalid-request"),
    ],
)
async def test_every_error_is_a_problem_document(api, method, path, status, slug):
    response = await api(DEALER).request(method, path)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"].endswith("/" + slug)
    assert response.json()["status"] == status


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(api):
    response = await api(DEALER).post(
        "/loans", json={**LENDING, "title": "x" * (1 << 20)}, headers=a_key()
    )

    assert response.status_code == 413
    assert response.json()["type"].endswith("/too-large")


async def test_a_body_without_a_length_is_cut_off_at_the_limit(api):
    async def endless():
        for _ in range(1_000):
            yield b" " * 65_536

    response = await api(DEALER).post(
        "/loans", content=endless(), headers={**a_key(), "content-type": "application/json"}
    )

    assert response.status_code == 413


async def test_a_route_has_a_limit_of_its_own(api):
    response = await api(DEALER).post("/loans/import", json={**LENDING, "title": "x" * 2_000})

    assert response.status_code == 413


async def test_what_takes_too_long_is_given_up_and_undone(api, library_db):
    response = await api(DEALER).post("/loans/import", json=LENDING)

    assert response.status_code == 503
    assert response.json()["type"].endswith("/deadline-exceeded")
    assert response.headers["retry-after"]
    assert await library_db.fetchval("SELECT 1") == 1


async def test_the_caller_may_set_a_shorter_deadline(api):
    headers = {**a_key(), "X-Deadline-Ms": "0"}

    response = await api(DEALER).post("/loans/singly", json=LENDING, headers=headers)

    assert response.status_code == 503


@pytest.mark.parametrize("odd", ["", "soon", "-1", "1.5", "9" * 5_000, "٣".encode()])
async def test_an_odd_deadline_is_none(api, odd):
    headers = {**a_key(), "X-Deadline-Ms": odd}

    response = await api(DEALER).post("/loans", json=LENDING, headers=headers)

    assert response.status_code == 201


async def test_a_version_that_somebody_changed_is_refused(api):
    loan = f"/loans/{uuid4()}/prolong"

    stale = await api(DEALER).post(loan, headers={"If-Match": '"6"'})
    fresh = await api(DEALER).post(loan, headers={"If-Match": '"7"'})
    wrong = await api(DEALER).post(loan, headers={"If-Match": "yesterday"})
    huge = await api(DEALER).post(loan, headers={"If-Match": "9" * 30})

    assert (stale.status_code, stale.json()["current_version"]) == (412, 7)
    assert fresh.status_code == 200
    for refusal in (wrong, huge):
        assert refusal.json()["faults"][0]["pointer"] == "#if-match"


async def test_a_database_that_is_down_is_a_503_with_a_time_to_come_back(api, library_db):
    await library_db.close()

    for response in (
        await api(DEALER).get("/loans"),
        await api(DEALER).post("/loans", json=LENDING, headers=a_key()),
    ):
        assert response.status_code == 503
        assert response.json()["type"].endswith("/unavailable")
        assert response.headers["retry-after"]


async def test_readiness_tells_what_is_wrong_and_liveness_does_not_care(api, library_db):
    well = await api().get("/readyz")
    await library_db.close()
    ill = await api().get("/readyz")

    assert (well.status_code, ill.status_code) == (200, 503)
    assert "database" in ill.json()["faults"]
    assert (await api().get("/livez")).status_code == 200


async def test_a_stopping_process_takes_no_new_work(api):
    api.runtime.stopping = True

    assert (await api().get("/readyz")).json()["faults"] == {"process": "stopping"}


async def test_an_open_route_needs_no_token(api):
    assert (await api().get("/loans/opening/hours")).status_code == 200


@pytest.mark.parametrize(
    "forged",
    [
        {"X-User-Id": str(uuid4())},
        {"X-Dealer-Id": str(uuid4())},
        {"X-Roles": "ADM"},
        {"Authorization": "Basic YWRtaW46YWRtaW4="},
        {"Authorization": "Bearer"},
        {"Authorization": ""},
        {"Cookie": "session=1"},
    ],
)
async def test_no_header_but_the_token_says_who_asks(api, forged):
    response = await api().get("/loans", headers=forged)

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


async def test_the_openapi_document_names_every_route(api):
    paths = (await api().get("/openapi.json")).json()["paths"]

    assert {"/loans", "/loans/singly", "/loans/{loan_id}"} <= paths.keys()
    assert "/livez" not in paths


def _undeclared():
    router = APIRouter()

    @router.get("/open")
    async def forgotten() -> None: ...

    return router


@pytest.mark.parametrize(
    ("router", "access", "fault"),
    [
        (_undeclared(), ACCESS, "GET /open: declares 0 actions"),
        (LIBRARY.routers[0], {"loans.view": ACCESS["loans.view"]}, "loans.lend"),
    ],
    ids=["no action", "unknown action"],
)
async def test_a_service_does_not_start_with_a_route_that_says_not_who_may(
    library_db, router, access, fault
):
    careless = Service("inventory", ServiceSettings, access, routers=(router,))

    with pytest.raises(UndeclaredRoute, match=fault):
        async with serving(careless, library_db):
            pass
