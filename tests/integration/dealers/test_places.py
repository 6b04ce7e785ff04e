"""Over HTTP on a real database: addresses and contacts of a dealer, and who keeps them."""

import asyncio
from uuid import UUID, uuid4

import pytest

from chassis.auth import Role
from chassis.consumer import Delivery, Dispatch
from chassis.ids import uuid7
from contracts.dealers import DealerState
from services.dealers.app import SERVICE
from services.dealers.consumers import SUBSCRIPTIONS
from tests.builders.dealers import a_dealer_body, a_user
from tests.builders.edge import a_key, an_actor, serving

ADMIN, SALES, OTHER_SALES = an_actor(Role.ADM), an_actor(Role.SAL), an_actor(Role.SAL)
CONTACT = {"name": "王采购", "duty": "采购", "phone": "13800000002"}


def an_address(**facts):
    given = {
        "kind": "SHIP_TO",
        "receiver": "王仓库",
        "phone": "13800000003",
        "province": "浙江省",
        "city": "杭州市",
        "street": "文三路 1 号",
    }
    return given | facts


@pytest.fixture
async def api(dealers_db):
    users = [a_user("SAL", user_id=one.user_id) for one in (SALES, OTHER_SALES)]
    await Dispatch(dealers_db, SUBSCRIPTIONS).deliver(
        [Delivery(uuid7(), one.type, one.key, one.model_dump_json().encode()) for one in users]
    )
    async with serving(SERVICE, dealers_db) as api:
        yield api


async def states(db):
    rows = await db.fetch(
        "SELECT body FROM outbox WHERE type = $1 ORDER BY position", DealerState.type
    )
    return [DealerState.model_validate_json(row["body"]) for row in rows]


@pytest.fixture
async def one(api):
    """A dealer of SALES."""
    return await add_dealer(api)


async def add_dealer(api):
    body = a_dealer_body(salesperson_id=str(SALES.user_id))
    answer = await api(ADMIN).post("/dealers", json=body, headers=a_key())
    return f"/dealers/{answer.json()['dealer_id']}"


def himself(one):
    return an_actor(Role.DLR, dealer_id=UUID(one.removeprefix("/dealers/")))


async def add(api, one, actor=ADMIN, **facts):
    return await api(actor).post(f"{one}/addresses", json=an_address(**facts), headers=a_key())


async def usual(api, one):
    addresses = (await api(ADMIN).get(f"{one}/addresses")).json()
    return {(each["kind"], each["street"]) for each in addresses if each["usual"]}


async def test_of_each_kind_one_address_is_the_usual_one(api, one):
    first = (await add(api, one, street="一号")).json()
    await add(api, one, street="二号")
    await add(api, one, kind="BILL_TO", street="三号")
    seen = [await usual(api, one)]

    third = (await add(api, one, street="四号", usual=True)).json()
    seen.append(await usual(api, one))
    await api(ADMIN).delete(f"{one}/addresses/{third['address_id']}")
    seen.append(await usual(api, one))

    assert first["usual"] is True
    bill = ("BILL_TO", "三号")
    assert seen == [
        {("SHIP_TO", "一号"), bill},
        {("SHIP_TO", "四号"), bill},
        {("SHIP_TO", "一号"), bill},
    ]


async def test_addresses_that_want_to_be_the_usual_one_at_once_take_turns(api, one):
    answers = await asyncio.gather(*(add(api, one, street=f"{n} 号", usual=True) for n in range(8)))

    assert [answer.status_code for answer in answers] == [201] * 8
    assert len(await usual(api, one)) == 1
    assert len((await api(ADMIN).get(f"{one}/addresses")).json()) == 8


async def test_an_address_is_changed_but_for_its_kind_and_against_its_version(api, one):
    known = (await add(api, one, kind="BILL_TO")).json()
    path, body = f"{one}/addresses/{known['address_id']}", an_address(street="新街 9 号")
    del body["kind"]

    changed = await api(ADMIN).put(path, json=body, headers={"If-Match": '"1"'})
    stale = await api(ADMIN).put(path, json=body, headers={"If-Match": '"1"'})

    assert changed.json() == known | {"street": "新街 9 号", "version": 2}
    assert changed.headers["etag"] == '"2"'
    assert stale.status_code == 412


async def test_the_usual_place_of_his_goods_is_told_with_his_state_and_no_other(
    api, one, dealers_db
):
    first = (await add(api, one, street="一号")).json()
    await add(api, one, kind="BILL_TO", street="票据路")
    await add(api, one, street="二号")
    await add(api, one, street="三号", usual=True)
    await api(ADMIN).delete(f"{one}/addresses/{first['address_id']}")

    told = await states(dealers_db)

    assert [state.ship_to and state.ship_to.street for state in told] == [None, "一号", "三号"]
    assert [state.version for state in told] == [1, 2, 3]
    assert (await api(ADMIN).get(one)).json()["ship_to"]["street"] == "三号"


async def test_an_address_that_is_sent_twice_is_there_once(api, one):
    key = a_key()

    answers = [
        await api(ADMIN).post(f"{one}/addresses", json=an_address(), headers=key) for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert len((await api(ADMIN).get(f"{one}/addresses")).json()) == 1


async def test_contacts_are_noted_changed_and_taken_off(api, one):
    added = await api(ADMIN).post(f"{one}/contacts", json=CONTACT, headers=a_key())
    path = f"{one}/contacts/{added.json()['contact_id']}"

    changed = await api(ADMIN).put(path, json=CONTACT | {"email": "wang@example.com"})
    listed = (await api(ADMIN).get(f"{one}/contacts")).json()
    gone = [(await api(ADMIN).delete(path)).status_code for _ in range(2)]

    assert added.status_code == 201
    assert listed == [changed.json()]
    assert (changed.json()["email"], changed.json()["version"]) == ("wang@example.com", 2)
    assert gone == [204, 404]


async def test_a_dealer_and_his_salesperson_keep_them_and_nobody_else_sees_them(api, one):
    """P-10: row scope by salesperson and by dealer, to read and to write."""
    me, stranger = himself(one), himself(await add_dealer(api))
    known = (await add(api, one, me)).json()
    path = f"{one}/addresses/{known['address_id']}"

    written = [(await add(api, one, actor)).status_code for actor in (SALES, me)]
    foreign = [
        answer.status_code
        for actor in (OTHER_SALES, stranger)
        for answer in (
            await api(actor).get(f"{one}/addresses"),
            await api(actor).get(f"{one}/contacts"),
            await add(api, one, actor),
            await api(actor).delete(path),
            await api(actor).post(f"{one}/contacts", json=CONTACT, headers=a_key()),
        )
    ]
    warehouse = an_actor(Role.WHS)

    assert written == [201, 201]
    assert foreign == [404] * 10
    assert (await api(warehouse).get(f"{one}/addresses")).status_code == 200
    assert (await add(api, one, warehouse)).status_code == 403


async def test_the_old_salesperson_loses_addresses_and_contacts_at_the_switch(api, one):
    """P-10, F-16."""
    await add(api, one)

    await api(ADMIN).post(
        f"{one}/bind-salesperson", json={"salesperson_id": str(OTHER_SALES.user_id)}
    )

    read = [(await api(who).get(f"{one}/addresses")).status_code for who in (SALES, OTHER_SALES)]
    write = [(await add(api, one, who)).status_code for who in (SALES, OTHER_SALES)]
    assert (read, write) == ([404, 200], [404, 201])


async def test_an_address_of_another_dealer_is_not_found_under_this_one(api, one):
    other = await add_dealer(api)
    theirs = (await add(api, other)).json()["address_id"]
    body = an_address()
    del body["kind"]

    answers = [
        await api(himself(one)).put(f"{one}/addresses/{theirs}", json=body),
        await api(himself(one)).delete(f"{one}/addresses/{theirs}"),
        await api(ADMIN).delete(f"{one}/addresses/{uuid4()}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert len((await api(ADMIN).get(f"{other}/addresses")).json()) == 1


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("addresses", an_address(phone="call me"), "/phone"),
        ("addresses", an_address(kind="HOME"), "/kind"),
        ("addresses", an_address(street="a\nb"), "/street"),
        ("contacts", CONTACT | {"email": "wang"}, "/email"),
    ],
)
async def test_a_fault_is_pointed_at(api, one, path, body, pointer):
    refused = await api(ADMIN).post(f"{one}/{path}", json=body, headers=a_key())

    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["faults"]] == [pointer]
