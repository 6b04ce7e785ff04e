"""Over HTTP, on a real database and a real folder: papers come, are read, and count."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from chassis.auth import Role
from chassis.clock import BUSINESS_TIME
from chassis.consumer import Delivery, Dispatch
from chassis.ids import uuid7
from services.dealers.app import SERVICE
from services.dealers.consumers import SUBSCRIPTIONS
from services.dealers.domain.documents import FILE_BYTES_MAX
from tests.builders.dealers import a_standing_body, a_user, an_application_body
from tests.builders.edge import a_key, an_actor, serving

ADMIN, SALES, OTHER_SALES = an_actor(Role.ADM), an_actor(Role.SAL), an_actor(Role.SAL)
NEWCOMER, ANOTHER = an_actor(Role.APPLICANT), an_actor(Role.APPLICANT)
PATH = "/dealer-applications"
PDF = b"%PDF-1.7\n%a licence"


@pytest.fixture
async def serve(dealers_db, tmp_path):
    """Serve with settings of its own; SALES has the province of the applications."""
    message = a_user("SAL", user_id=SALES.user_id)
    body = message.model_dump_json().encode()
    delivery = Delivery(uuid7(), message.type, message.key, body)
    await Dispatch(dealers_db, SUBSCRIPTIONS).deliver([delivery])
    row = {"province": "浙江省", "salesperson_id": str(SALES.user_id)}

    def start(**settings):
        files_url = (tmp_path / "files").as_uri()
        return serving(SERVICE, dealers_db, files_url=files_url, **settings)

    async with start() as api:
        await api(ADMIN).post("/territories/import", json={"rows": [row]})
    return start


@pytest.fixture
async def api(serve):
    async with serve() as api:
        yield api


async def apply(api, actor=NEWCOMER, **facts):
    answer = await api(actor).post(PATH, json=an_application_body(**facts), headers=a_key())
    return f"{PATH}/{answer.json()['application_id']}"


async def hand_in(api, one, content=PDF, actor=NEWCOMER, key=None, **facts):
    params = {"kind": "LICENCE", "file_name": "营业执照.pdf"} | facts
    headers = {"Content-Type": "application/pdf"} | (key or a_key())
    return await api(actor).post(
        f"{one}/documents", params=params, content=content, headers=headers
    )


async def approve(api, one):
    await api(SALES).post(f"{one}/screen")
    return await api(ADMIN).post(f"{one}/approve", json=a_standing_body(), headers=a_key())


def day(days):
    return (datetime.now(BUSINESS_TIME).date() + timedelta(days=days)).isoformat()


async def test_a_paper_is_read_by_the_screener_as_it_was_handed_in(api):
    one = await apply(api)

    added = await hand_in(api, one, valid_until=day(30))

    paper = added.json()
    assert (added.status_code, paper["size_bytes"], paper["expired"]) == (201, len(PDF), False)
    assert (await api(SALES).get(f"{one}/documents")).json() == [paper]
    file = await api(SALES).get(f"{one}/documents/{paper['document_id']}")
    assert (file.content, file.headers["content-type"]) == (PDF, "application/pdf")
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E8%90%A5")


async def test_a_paper_that_is_sent_twice_is_there_once(api):
    one, key = await apply(api), a_key()

    answers = await asyncio.gather(*(hand_in(api, one, key=key) for _ in range(3)))
    other = await hand_in(api, one, content=PDF + b"!", key=key)

    assert {answer.text for answer in answers} == {answers[0].text}
    assert len((await api(NEWCOMER).get(f"{one}/documents")).json()) == 1
    assert other.json()["type"].endswith("/idempotency-key-reused")


async def test_papers_are_foreign_to_whom_the_application_is(api):
    one = await apply(api)
    paper = (await hand_in(api, one)).json()["document_id"]
    theirs = await apply(api, ANOTHER)

    answers = [
        await api(actor).get(f"{path}/documents{rest}")
        for actor in (ANOTHER, OTHER_SALES)
        for path, rest in ((one, ""), (one, f"/{paper}"), (f"{PATH}/{uuid4()}", ""))
    ]
    answers.append(await api(ANOTHER).get(f"{theirs}/documents/{paper}"))
    answers.append(await hand_in(api, one, actor=ANOTHER))
    answers.append(await api(ANOTHER).delete(f"{one}/documents/{paper}"))

    assert {answer.status_code for answer in answers} == {404}
    assert (await hand_in(api, one, actor=SALES)).status_code == 403


@pytest.mark.parametrize(
    ("content", "facts", "status", "slug"),
    [
        (b"<html>", {}, 422, "file-not-as-declared"),
        (b"", {}, 422, "file-not-as-declared"),
        (PDF + bytes(FILE_BYTES_MAX), {}, 413, "too-large"),
        (PDF, {"kind": "SELFIE"}, 422, "invalid-request"),
        (PDF, {"file_name": "../x.pdf"}, 422, "invalid-request"),
    ],
)
async def test_what_is_no_paper_is_refused_and_leaves_nothing(
    api, tmp_path, content, facts, status, slug
):
    one = await apply(api)

    refused = await hand_in(api, one, content=content, **facts)

    assert refused.status_code == status
    assert refused.json()["type"].endswith(f"/{slug}")
    assert (await api(NEWCOMER).get(f"{one}/documents")).json() == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_another_type_is_refused_with_the_types_that_are_not(api):
    one = await apply(api)

    refused = await api(NEWCOMER).post(
        f"{one}/documents",
        params={"kind": "OTHER", "file_name": "a.svg"},
        content=b"<svg/>",
        headers={"Content-Type": "image/svg+xml"} | a_key(),
    )

    assert refused.status_code == 415
    assert "application/pdf" in refused.json()["accepted"]


async def test_a_paper_is_taken_back_while_the_applicant_has_the_application(api, dealers_db):
    one = await apply(api)
    paper = f"{one}/documents/{(await hand_in(api, one)).json()['document_id']}"

    early = await api(NEWCOMER).delete(paper)
    await api(SALES).post(f"{one}/return", json={"reason": "执照不清晰"})
    done = await api(NEWCOMER).delete(paper)
    again = await api(NEWCOMER).delete(paper)

    assert early.json()["type"].endswith("/application-moved")
    assert (done.status_code, again.status_code) == (204, 404)
    assert (await api(NEWCOMER).get(paper)).status_code == 404
    assert await dealers_db.fetchval("SELECT count(*) FROM application_documents") == 1


async def test_nothing_is_added_once_it_is_screened(api):
    one = await apply(api)
    shown = (await api(NEWCOMER).get(one)).json()["allowed_actions"]
    await api(SALES).post(f"{one}/screen")

    late = await hand_in(api, one)

    assert shown == ["applications.add-document"]
    assert late.json()["type"].endswith("/application-moved")


async def test_an_expired_licence_blocks_the_approval(api):
    """F-49: also where only the paper says so, and not the form."""
    one = await apply(api)
    await hand_in(api, one, valid_until=day(-1))

    refused = await approve(api, one)
    await api(ADMIN).post(f"{one}/return", json={"reason": "执照过期"})
    await hand_in(api, one, content=PDF + b" renewed", valid_until=day(0))
    await api(NEWCOMER).post(f"{one}/submit")

    assert refused.status_code == 409
    assert refused.json()["expired"] == ["LICENCE"]
    assert (await approve(api, one)).status_code == 200


async def test_without_the_papers_of_the_checklist_nobody_is_approved(serve):
    async with serve(required_documents=("LICENCE", "STORE_PHOTO")) as api:
        one = await apply(api)
        await hand_in(api, one)

        refused = await approve(api, one)

        assert refused.status_code == 409
        assert refused.json()["missing"] == ["STORE_PHOTO"]


async def test_who_became_a_dealer_still_reads_his_papers(api):
    one = await apply(api)
    paper = (await hand_in(api, one)).json()["document_id"]
    dealer = (await approve(api, one)).json()

    me = an_actor(Role.DLR, dealer_id=UUID(dealer["dealer_id"]))
    other = an_actor(Role.DLR, dealer_id=uuid4())

    assert (await api(me).get(f"{one}/documents/{paper}")).content == PDF
    assert (await api(other).get(f"{one}/documents/{paper}")).status_code == 404
