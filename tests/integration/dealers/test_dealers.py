"""Over HTTP on a real database: dealers are taken in, and their standing changes with its dates."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from chassis.auth import Role
from chassis.consumer import Delivery, Dispatch
from chassis.db import transaction
from chassis.ids import uuid7
from contracts.dealers import DealerState, DealerStopped, DealerSuspended, Shortage
from services.dealers.app import SERVICE
from services.dealers.commands import dealers as commands
from services.dealers.consumers import SUBSCRIPTIONS
from tests.builders.dealers import a_dealer_body, a_user
from tests.builders.edge import a_key, an_actor, serving

ADMIN, SALES, OTHER_SALES = an_actor(Role.ADM), an_actor(Role.SAL), an_actor(Role.SAL)


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
        yield api


async def add(api, **facts):
    body = a_dealer_body(salesperson_id=str(SALES.user_id)) | facts
    answer = await api(ADMIN).post("/dealers", json=body, headers=a_key())
    assert answer.status_code == 201, answer.text
    return answer.json()


async def states(db):
    rows = await db.fetch(
        "SELECT body FROM outbox WHERE type = $1 ORDER BY position", DealerState.type
    )
    return [DealerState.model_validate_json(row["body"]) for row in rows]


async def test_an_import_takes_in_good_rows_and_explains_bad_ones(api, dealers_db):
    good = [a_dealer_body(salesperson_id=str(SALES.user_id)) for _ in range(5)]
    bad = [
        a_dealer_body(credit_code="91330100799655058A"),
        a_dealer_body(terms={"kind": "CREDIT", "deposit_percent": 30}),
        a_dealer_body(salesperson_id=str(ADMIN.user_id)),
        a_dealer_body(credit_code=good[0]["credit_code"]),
        {"name": "缺项"},
    ]

    result = (await api(ADMIN).post("/dealers/import", json={"rows": [*good, *bad]})).json()

    assert (result["created"], result["existing"]) == (5, 0)
    assert [one["code"] for one in result["dealers"]] == [f"JXS-{n:06}" for n in range(1, 6)]
    faults = {(fault["row"], fault["field"]) for fault in result["faults"]}
    assert {(5, "credit_code"), (6, "terms"), (7, "salesperson_id"), (8, "credit_code")} <= faults
    assert {row for row, _ in faults} == {5, 6, 7, 8, 9}
    assert len(await states(dealers_db)) == 5


async def test_a_repeated_import_changes_nothing(api, dealers_db):
    rows = {"rows": [a_dealer_body() for _ in range(3)]}
    first = (await api(ADMIN).post("/dealers/import", json=rows)).json()

    again = (await api(ADMIN).post("/dealers/import", json=rows)).json()

    assert (again["created"], again["existing"]) == (0, 3)
    ids = [[one["dealer_id"] for one in result["dealers"]] for result in (first, again)]
    assert ids[0] == ids[1]
    assert len(await states(dealers_db)) == 3


async def test_parallel_imports_of_the_same_dealers_number_them_without_gaps(api, dealers_db):
    rows = {"rows": [a_dealer_body() for _ in range(20)]}

    results = await asyncio.gather(
        *(api(ADMIN).post("/dealers/import", json=rows) for _ in range(5))
    )

    assert sum(result.json()["created"] for result in results) == 20
    codes = [row["code"] for row in await dealers_db.fetch("SELECT code FROM dealers ORDER BY 1")]
    assert codes == [f"JXS-{n:06}" for n in range(1, 21)]


async def test_a_company_is_a_dealer_once(api):
    known = await add(api)

    twice = await api(ADMIN).post(
        "/dealers", json=a_dealer_body(credit_code=known["credit_code"]), headers=a_key()
    )

    assert twice.status_code == 409
    assert twice.json()["code"] == known["code"]


async def test_a_dealer_is_suspended_stopped_and_reinstated(api, dealers_db):
    """F-50."""
    one = f"/dealers/{(await add(api))['dealer_id']}"
    reason = {"reason": "超期未付"}

    shown = [
        (await api(ADMIN).post(f"{one}/{verb}", json=reason)).json()
        for verb in ("suspend", "stop", "reinstate")
    ]

    assert [dealer["status"] for dealer in shown] == ["SUSPENDED", "ON_STOP", "ACTIVE"]
    assert [dealer["reason"] for dealer in shown] == ["超期未付", "超期未付", None]
    assert [state.version for state in await states(dealers_db)] == [1, 2, 3, 4]
    types = [row["type"] for row in await dealers_db.fetch("SELECT type FROM outbox")]
    assert {DealerSuspended.type, DealerStopped.type} <= set(types)


async def test_a_dealer_is_corrected_in_what_the_request_names(api, dealers_db):
    dealer = await add(api)
    one = f"/dealers/{dealer['dealer_id']}"

    corrected = (await api(ADMIN).patch(one, json={"phone": "0571-87654321"})).json()
    same = (await api(ADMIN).patch(one, json={"phone": "0571-87654321"})).json()

    changed = {name for name in dealer if dealer[name] != corrected[name]}
    assert changed == {"phone", "version"}
    assert (corrected["version"], same["version"]) == (2, 2)
    assert len(await states(dealers_db)) == 2


TITLE = {
    "title": "杭州恒泰五金有限公司",
    "tax_number": "91330100799655058B",
    "bank": "工商银行杭州分行",
    "bank_account": "6222 0001 0002",
    "address": "杭州市文三路 1 号",
    "phone": "0571-88880000",
}


async def test_whom_invoices_are_made_out_to_is_set_by_who_may_and_told(api, dealers_db):
    dealer = await add(api)
    me = an_actor(Role.DLR, dealer_id=UUID(dealer["dealer_id"]))
    path = f"/dealers/{dealer['dealer_id']}"

    async def put(actor, **facts):
        return await api(actor).put(f"{path}/invoice-title", json=TITLE | facts)

    own, other = await put(me), await put(an_actor(Role.FIN), bank="")
    foreign = [
        (await put(actor)).status_code
        for actor in (OTHER_SALES, an_actor(Role.DLR, dealer_id=uuid4()), an_actor(Role.WHS))
    ]
    bad = await put(me, tax_number="12")
    hidden = (await api(an_actor(Role.WHS)).get(path)).json()

    assert own.json()["invoice_title"] == TITLE
    assert other.json()["invoice_title"] == TITLE | {"bank": ""}
    assert foreign == [404, 404, 403]
    assert bad.status_code == 422
    assert hidden["invoice_title"] is None
    assert [state.invoice_title and state.invoice_title.bank for state in await states(dealers_db)][
        -3:
    ] == [None, TITLE["bank"], ""]


async def test_how_long_goods_must_keep_and_what_becomes_of_shortages_is_told(api, dealers_db):
    """P-03, P-24: inventory takes both from his state."""
    dealer = await add(api)
    path = f"/dealers/{dealer['dealer_id']}"

    await api(ADMIN).patch(path, json={"shelf_life_min_days": 90})
    terms = {"kind": "PREPAID", "shortage": "SHIP_PARTIAL", "priority": 7}
    answer = await api(ADMIN).post(f"{path}/change-terms", json={"terms": terms})

    told = (await states(dealers_db))[-1]
    assert answer.json()["shelf_life_min_days"] == told.shelf_life_min_days == 90
    assert (told.terms.shortage, told.terms.priority) == (Shortage.SHIP_PARTIAL, 7)
    refused = await api(ADMIN).patch(path, json={"shelf_life_min_days": -1})
    assert refused.status_code == 422


async def test_a_change_holds_at_once_and_is_remembered(api, dealers_db):
    one = f"/dealers/{(await add(api))['dealer_id']}"

    changed = await api(ADMIN).post(
        f"{one}/change-tier", json={"tier": "PROVINCE"}, headers={"If-Match": '"1"'}
    )

    assert (changed.json()["tier"], changed.headers["etag"]) == ("PROVINCE", '"2"')
    history = (await api(ADMIN).get(f"{one}/changes")).json()
    tiers = [change["value"]["tier"] for change in history if change["kind"] == "TIER"]
    assert tiers == ["PROVINCE", "CITY"]
    assert (await states(dealers_db))[-1].tier == "PROVINCE"


async def test_a_change_for_later_holds_when_its_time_comes_and_once(api, dealers_db):
    """F-51: another tier from a date on."""
    dealer = await add(api)
    one, later = f"/dealers/{dealer['dealer_id']}", datetime.now(UTC) + timedelta(days=3)
    body = {
        "terms": {"kind": "DEPOSIT", "deposit_percent": 30},
        "credit_limit_minor": 1,
        "effective_from": later.isoformat(),
    }
    before = (await api(ADMIN).post(f"{one}/change-terms", json=body)).json()
    applied = []

    for now in (later - timedelta(seconds=1), later, later):
        async with transaction(dealers_db) as tx:
            applied.append(await commands.apply_due_changes(tx, now))

    assert before["terms"]["kind"] == "CREDIT"
    assert applied == [0, 1, 0]
    after = (await api(ADMIN).get(one)).json()
    assert (after["terms"]["deposit_percent"], after["credit_limit_minor"]) == (30, 1)
    assert [state.version for state in await states(dealers_db)] == [1, 2]


async def test_a_timer_passes_over_what_another_one_is_applying(api, dealers_db):
    one, later = f"/dealers/{(await add(api))['dealer_id']}", datetime.now(UTC) + timedelta(days=3)
    body = {"tier": "COUNTY", "effective_from": later.isoformat()}
    await api(ADMIN).post(f"{one}/change-tier", json=body)

    async with transaction(dealers_db) as first, transaction(dealers_db) as second:
        applied = [await commands.apply_due_changes(tx, later) for tx in (first, second)]

    assert applied == [1, 0]
    assert [state.tier for state in await states(dealers_db)] == ["CITY", "COUNTY"]


async def test_a_change_for_later_is_withdrawn_while_it_is_still_to_come(api, dealers_db):
    dealer = await add(api)
    one, later = f"/dealers/{dealer['dealer_id']}", datetime.now(UTC) + timedelta(days=3)
    body = {"salesperson_id": str(OTHER_SALES.user_id), "effective_from": later.isoformat()}
    await api(ADMIN).post(f"{one}/bind-salesperson", json=body)
    changes = (await api(ADMIN).get(f"{one}/changes")).json()
    [pending] = [change["change_id"] for change in changes if change["applied_at"] is None]
    [held] = [change["change_id"] for change in changes if change["kind"] == "TIER"]
    other = f"/dealers/{(await add(api))['dealer_id']}"

    refused = await api(ADMIN).delete(f"{one}/changes/{held}")
    foreign = await api(ADMIN).delete(f"{other}/changes/{pending}")
    withdrawn = [await api(ADMIN).delete(f"{one}/changes/{pending}") for _ in range(2)]
    async with transaction(dealers_db) as tx:
        applied = await commands.apply_due_changes(tx, later)

    assert refused.json()["type"].endswith("/change-holds")
    assert foreign.status_code == 404
    assert [answer.status_code for answer in withdrawn] == [204, 404]
    assert applied == 0
    assert (await api(SALES).delete(f"{one}/changes/{held}")).status_code == 403


async def test_a_binding_for_later_moves_sight_when_its_time_comes(api, dealers_db):
    """P-10, F-16: with its date, and both bindings stay in the history."""
    one, later = f"/dealers/{(await add(api))['dealer_id']}", datetime.now(UTC) + timedelta(days=3)
    body = {"salesperson_id": str(OTHER_SALES.user_id), "effective_from": later.isoformat()}
    await api(ADMIN).post(f"{one}/bind-salesperson", json=body)
    sight = [[(await api(who).get(one)).status_code for who in (SALES, OTHER_SALES)]]

    async with transaction(dealers_db) as tx:
        await commands.apply_due_changes(tx, later)
    sight.append([(await api(who).get(one)).status_code for who in (SALES, OTHER_SALES)])

    assert sight == [[200, 404], [404, 200]]
    history = (await api(ADMIN).get(f"{one}/changes")).json()
    bound = [one["value"]["salesperson_id"] for one in history if one["kind"] == "SALESPERSON"]
    assert bound == [str(OTHER_SALES.user_id), str(SALES.user_id)]


async def test_the_old_salesperson_loses_sight_at_the_switch(api):
    one = f"/dealers/{(await add(api))['dealer_id']}"
    sight = [(await api(who).get(one)).status_code for who in (SALES, OTHER_SALES)]

    await api(ADMIN).post(
        f"{one}/bind-salesperson", json={"salesperson_id": str(OTHER_SALES.user_id)}
    )

    assert sight == [200, 404]
    assert [(await api(who).get(one)).status_code for who in (SALES, OTHER_SALES)] == [404, 200]


async def test_who_leads_a_territory_sees_its_dealers_and_changes_none(api):
    """P-10: with their history, addresses and contacts; what he does stays with his own."""
    dealer = await add(api, province="浙江省", city="宁波市")
    one = f"/dealers/{dealer['dealer_id']}"
    leader, neighbour = (
        an_actor(Role.SAL, territories=frozenset({place})) for place in ("浙江省", "浙江省/杭州市")
    )
    paths = (one, f"{one}/changes", f"{one}/addresses", f"{one}/contacts")
    contact = {"name": "王会计", "duty": "财务", "phone": "0574-12345678"}
    await api(SALES).post(f"{one}/contacts", json=contact, headers=a_key())

    sight = [
        [(await api(who).get(path)).status_code for path in paths] for who in (leader, neighbour)
    ]
    contacts = (await api(leader).get(f"{one}/contacts")).json()
    shown = (await api(leader).get(one)).json()
    tried = await api(leader).post(f"{one}/contacts", json=contact, headers=a_key())

    assert sight == [[200] * 4, [404] * 4]
    assert len(contacts) == 1
    assert shown["allowed_actions"] == []
    assert tried.status_code == 404


async def test_a_dealer_sees_himself_and_nobody_else(api):
    mine, other = await add(api), await add(api)
    me = an_actor(Role.DLR, dealer_id=UUID(mine["dealer_id"]))

    listed = (await api(me).get("/dealers")).json()["items"]
    foreign = await api(me).get(f"/dealers/{other['dealer_id']}")
    missing = await api(me).get(f"/dealers/{uuid4()}")

    assert [one["dealer_id"] for one in listed] == [mine["dealer_id"]]
    assert foreign.status_code == missing.status_code == 404
    himself = (await api(me).get(f"/dealers/{mine['dealer_id']}")).json()
    assert himself["allowed_actions"] == ["dealers.edit-invoice-title"]


async def test_dealers_are_found_by_what_is_known_of_them(api):
    await add(api, name="宁波金源电工有限公司", city="宁波市", tier="COUNTY")
    await add(api)

    found = [
        [one["name"] for one in (await api(ADMIN).get("/dealers", params=query)).json()["items"]]
        for query in (
            {"q": "金源"},
            {"q": "jxs-000001"},
            {"tier": "COUNTY"},
            {"province": "云南省"},
        )
    ]

    assert found == [["宁波金源电工有限公司"]] * 3 + [[]]


async def test_terms_and_limits_are_not_for_the_warehouse(api):
    one = f"/dealers/{(await add(api))['dealer_id']}"

    shown = [(await api(an_actor(role)).get(one)).json() for role in (Role.WHS, Role.FIN)]
    history = await api(an_actor(Role.WHS)).get(f"{one}/changes")

    assert [dealer["credit_limit_minor"] for dealer in shown] == [None, 5_000_000]
    assert [dealer["terms"] is None for dealer in shown] == [True, False]
    assert history.status_code == 403


@pytest.mark.parametrize("verb", ["suspend", "change-tier", "bind-salesperson"])
async def test_others_than_administrators_change_nothing(api, verb):
    one = f"/dealers/{(await add(api))['dealer_id']}"

    answer = await api(SALES).post(f"{one}/{verb}", json={"reason": "?"})

    assert answer.status_code == 403


async def test_a_user_who_is_no_salesperson_any_more_gets_no_dealers(api, dealers_db):
    await deliver(dealers_db, a_user("PCK", user_id=SALES.user_id, version=2))
    await deliver(dealers_db, a_user("SAL", user_id=SALES.user_id, version=1))  # late

    refused = await api(ADMIN).post(
        "/dealers", json=a_dealer_body(salesperson_id=str(SALES.user_id)), headers=a_key()
    )

    assert refused.json()["type"].endswith("/not-a-salesperson")
