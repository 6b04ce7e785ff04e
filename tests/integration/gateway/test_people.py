"""Administer people and machines over HTTP, let newcomers in, and shut people out."""

import asyncio
import base64
import json
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from chassis.auth import STAFF, Role
from chassis.auth.routes import Allowed
from chassis.db import transaction
from contracts.dealers import DealerState, DealerStatus, Terms, TermsKind
from contracts.gateway import UserState
from gateway.access import ACCESS
from gateway.commands import users
from gateway.domain import Change, User
from gateway.routes import ROUTERS
from tests.builders.gateway import (
    PASSWORD,
    Recorder,
    a_gateway,
    a_new_user,
    a_stored_user,
    eventually,
    until,
)

LONE_SURROGATES = rb'{"login": "a\ud800", "password": "\ud800\ud800\ud800"}'
QUICK = {"identity_cache_seconds": 0.1}
DEALER = str(uuid4())
EVERY_ROLE = [pytest.param(role, id=role.value) for role in Role if role not in {Role.MACHINE}]


def a_dealer_state(dealer_id=None, *, applicant=None, version=1, salesperson_id=None):
    return DealerState(
        dealer_id=dealer_id or uuid4(),
        version=version,
        code="D-1",
        name="广州五金",
        status=DealerStatus.ACTIVE,
        tier="CITY",
        province="广东",
        city="广州",
        terms=Terms(kind=TermsKind.PREPAID),
        credit_limit_minor=0,
        salesperson_id=salesperson_id,
        warehouse_id=uuid4(),
        applicant_user_id=applicant,
    )


def own_routes():
    """(method, path, action) of the gateway's own routes; None: open to anybody."""
    for router in ROUTERS:
        for context in iter_route_contexts(list(router.routes)):
            route = context.original_route
            if isinstance(route, APIRoute) and not context.path.startswith("/api/"):
                calls = [one.call for one in route.dependant.dependencies]
                [action] = [one.action for one in calls if isinstance(one, Allowed)] or [None]
                for method in sorted(route.methods):
                    yield method, context.path, action


def claims_in(asked):
    """What the internal token of a request says."""
    body = asked["headers"]["authorization"].removeprefix("Bearer ").split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


async def announced(db, message):
    """Bodies of the messages of a type, in the order in which they were added."""
    rows = await db.fetch("SELECT body FROM outbox WHERE type = $1 ORDER BY position", message.type)
    return [message.model_validate_json(row["body"]) for row in rows]


@pytest.mark.parametrize("role", EVERY_ROLE)
async def test_every_own_route_answers_each_role_as_the_table_says(gateway_db, role):
    scope = {"dealer_id": uuid4()} if role is Role.DLR else {}
    async with a_gateway(gateway_db) as gateway:
        client = await gateway.logged_in(role, **scope)
        anonymous = gateway.client()
        for method, path, action in own_routes():
            if action is None or action == "session.close":
                continue
            address = "/api/v1" + path.format(user_id=uuid4(), client_id=uuid4())

            answer = await client.request(method, address, json={})
            unknown = await anonymous.request(method, address, json={})

            assert (answer.status_code == 403) == (role not in ACCESS[action].roles), address
            assert answer.status_code < 500, address
            assert unknown.status_code == 401, address


async def test_a_user_is_made_known_announced_and_written_down(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        admin = await gateway.logged_in(Role.ADM)
        body = {"login": "Zhang.San", "name": "张三", "roles": ["SAL"], "password": PASSWORD}

        response = await admin.post("/api/v1/users", json=body)
        again = await admin.post("/api/v1/users", json=body)
        log = await admin.get(f"/api/v1/audit-log?subject_id={response.json()['user_id']}")

    assert response.status_code == 201
    assert response.headers["etag"] == '"1"'
    assert again.status_code == 409
    assert again.json()["type"].endswith("/login-taken")
    state = (await announced(gateway_db, UserState))[-1]
    assert (state.name, state.roles, state.active, state.version) == ("张三", ("SAL",), True, 1)
    [entry] = log.json()["items"]
    assert entry["action"] == "users.create"
    assert entry["facts"]["roles"] == ["SAL"]
    assert PASSWORD not in log.text


async def test_the_audit_log_cannot_be_changed_by_the_service(gateway_db):
    await a_stored_user(gateway_db, Role.ADM)

    for change in ("UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log"):
        with pytest.raises(Exception, match="permission denied"):
            await gateway_db.execute(change)


async def test_services_are_told_where_somebody_works_and_which_territories_he_leads(gateway_db):
    """P-10: in the internal token, from the next look-up on."""
    orders, warehouse_id = Recorder(), str(uuid4())
    leads = {"roles": ["SAL"], "territories": ["广东省", "浙江省/杭州市"]}
    keeps = {"roles": ["WHS"], "warehouse_ids": [warehouse_id]}
    async with a_gateway(gateway_db, upstream=orders, **QUICK) as gateway:
        admin, user = await gateway.logged_in(Role.ADM), await gateway.a_user(Role.FIN)
        client = await gateway.login(user)
        said = []
        for assignment in (leads, keeps):
            answer = await admin.patch(
                f"/api/v1/users/{user.user_id}", json={"assignment": assignment}
            )
            assert answer.status_code == 200, answer.text
            await eventually(
                lambda: client.get("/api/v1/session"),
                lambda answer, now=assignment: answer.json()["roles"] == now["roles"],
            )
            await client.get("/api/v1/orders")
            said.append(claims_in(orders.last))

    assert set(said[0]["territories"]) == set(leads["territories"])
    assert "warehouse_ids" not in said[0]
    assert said[1]["warehouse_ids"] == [warehouse_id]
    assert "territories" not in said[1]


async def test_only_a_salesperson_leads_territories(gateway_db):
    """P-10."""
    async with a_gateway(gateway_db) as gateway:
        admin = await gateway.logged_in(Role.ADM)
        body = {"login": "keeper", "name": "库管", "roles": ["WHS"], "territories": ["广东省"]}
        answer = await admin.post("/api/v1/users", json=body)

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("territories-unfit")


@pytest.mark.parametrize("pair", [["SAL", "FIN"], ["PCK", "WHS"], ["SAL", "ADM"]])
async def test_duties_that_must_stay_apart_need_a_waiver(gateway_db, pair):
    async with a_gateway(gateway_db) as gateway:
        admin = await gateway.logged_in(Role.ADM)
        user = await gateway.a_user(Role.DLV)
        address = f"/api/v1/users/{user.user_id}"
        waiver = {"roles": pair, "waiver": "只有一个人的网点"}

        refused = await admin.patch(address, json={"assignment": {"roles": pair}})
        granted = await admin.patch(address, json={"assignment": waiver})

    assert refused.status_code == 409
    assert refused.json()["pairs"] == [sorted(pair)]
    assert granted.status_code == 200
    assert granted.json()["waiver"] == "只有一个人的网点"


async def test_a_mailbox_and_a_language_are_told_to_the_other_services(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        admin = await gateway.logged_in(Role.ADM)
        body = {"login": "li", "name": "李四", "roles": ["SAL"], "email": "li@example.com"}

        made = (await admin.post("/api/v1/users", json={**body, "language": "en"})).json()
        address = f"/api/v1/users/{made['user_id']}"
        renamed = (await admin.patch(address, json={"name": "李五"})).json()
        none = (await admin.patch(address, json={"email": "", "language": "zh-CN"})).json()
        wrong = await admin.patch(address, json={"email": "li@example.com\nBcc: x@y.z"})

    assert (made["email"], made["language"]) == ("li@example.com", "en")
    assert (renamed["email"], renamed["language"]) == ("li@example.com", "en")
    assert (none["email"], none["language"]) == (None, "zh-CN")
    assert wrong.status_code == 422
    states = [s for s in await announced(gateway_db, UserState) if str(s.user_id) in address]
    assert [(one.email, one.language) for one in states] == [
        ("li@example.com", "en"),
        ("li@example.com", "en"),
        (None, "zh-CN"),
    ]


async def test_a_change_by_somebody_who_saw_an_older_version_is_refused(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        admin = await gateway.logged_in(Role.ADM)
        user = await gateway.a_user(Role.PCK)
        address = f"/api/v1/users/{user.user_id}"

        first = await admin.patch(address, json={"name": "甲"}, headers={"If-Match": '"1"'})
        second = await admin.patch(address, json={"name": "乙"}, headers={"If-Match": '"1"'})

    assert first.headers["etag"] == '"2"'
    assert second.status_code == 412
    assert second.json()["current_version"] == 2


async def test_two_administrators_who_disable_each_other_do_not_both_succeed(gateway_db):
    first = await a_stored_user(gateway_db, Role.ADM)
    second = await a_stored_user(gateway_db, Role.ADM)

    async def disable(user):
        async with transaction(gateway_db) as tx:
            return await users.change_users(tx, [Change(user.user_id, active=False)], by="test")

    outcomes = await asyncio.gather(disable(first), disable(second))

    left = await gateway_db.fetchval(
        "SELECT count(*) FROM users WHERE active AND 'ADM' = ANY(roles)"
    )
    assert sorted(type(one).__name__ for [one] in outcomes) == ["LastAdministrator", "User"]
    assert left == 1


async def test_a_thousand_users_are_imported_once_and_in_few_statements(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        admin = await gateway.logged_in(Role.ADM)
        lines = [
            {"login": f"user-{n}", "name": f"用户{n}", "roles": ["DLR"], "dealer_id": DEALER}
            for n in range(1_000)
        ]

        first = await admin.post("/api/v1/users/import", json={"users": lines})
        second = await admin.post("/api/v1/users/import", json={"users": lines})

    assert {line["outcome"] for line in first.json()["users"]} == {"created"}
    assert {line["outcome"] for line in second.json()["users"]} == {"exists"}
    assert [line["user_id"] for line in first.json()["users"]] == [
        line["user_id"] for line in second.json()["users"]
    ]
    assert await gateway_db.fetchval("SELECT count(*) FROM users") == 1_001


async def test_a_bad_line_of_an_import_spoils_no_other(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        admin = await gateway.logged_in(Role.ADM)
        lines = [
            {"login": "good", "name": "好", "roles": ["FIN"]},
            {"login": "apart", "name": "坏", "roles": ["FIN", "SAL"]},
            {"login": "weak", "name": "坏", "roles": ["FIN"], "password": "12345678"},
        ]

        response = await admin.post("/api/v1/users/import", json={"users": lines})

    outcomes = {line["login"]: line for line in response.json()["users"]}
    assert [line["outcome"] for line in outcomes.values()] == ["created", "refused", "refused"]
    assert outcomes["apart"]["problem"]["type"] == "duties-conflict"
    assert outcomes["weak"]["problem"]["type"] == "password-too-common"


async def test_users_are_listed_in_pages_and_found_by_role_dealer_and_name(gateway_db):
    dealer_id = uuid4()
    async with a_gateway(gateway_db) as gateway:
        admin = await gateway.logged_in(Role.ADM)
        for n in range(5):
            await gateway.a_user(Role.DLR, dealer_id=dealer_id, login=f"buyer-{n}")

        address = f"/api/v1/users?role=DLR&dealer_id={dealer_id}&limit=2"
        pages = [(await admin.get(address)).json()]
        while cursor := pages[-1]["next_cursor"]:
            pages.append((await admin.get(f"{address}&cursor={cursor}")).json())
        found = await admin.get("/api/v1/users?search=buyer-3")

    logins = [user["login"] for page in pages for user in page["items"]]
    assert logins == [f"buyer-{n}" for n in range(5)]
    assert [user["login"] for user in found.json()["items"]] == ["buyer-3"]


async def test_whoever_registers_may_log_in_and_is_an_applicant(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        client = gateway.client()
        body = {"login": "new.dealer", "password": PASSWORD, "name": "新经销商"}

        response = await client.post("/api/v1/registrations", json=body)
        session = await client.post(
            "/api/v1/session", json={"login": "new.dealer", "password": PASSWORD}
        )

    assert response.status_code == 201
    assert session.json()["roles"] == ["APPLICANT"]


async def test_where_registration_is_off_there_is_nothing(gateway_db):
    async with a_gateway(gateway_db, self_registration="off") as gateway:
        client = gateway.client()
        body = {"login": "new.dealer", "password": PASSWORD, "name": "新经销商"}

        answers = [
            await client.get("/api/v1/registrations"),
            await client.post("/api/v1/registrations", json=body),
        ]

    assert {answer.status_code for answer in answers} == {404}


async def test_where_an_invitation_is_needed_it_lets_one_person_in(gateway_db):
    async with a_gateway(gateway_db, self_registration="invite") as gateway:
        salesperson = await gateway.logged_in(Role.SAL)
        invitation = (await salesperson.post("/api/v1/invitations")).json()["invitation"]
        body = {"login": "new.dealer", "password": PASSWORD, "name": "新经销商"}
        client = gateway.client()

        async def register(login, code):
            answer = {**body, "login": login, **({"invitation": code} if code else {})}
            return (await client.post("/api/v1/registrations", json=answer)).status_code

        statuses = [
            await register("first", None),
            await register("first", "qi_guessed"),
            await register("first", invitation),
            await register("second", invitation),
        ]

    assert statuses == [403, 403, 201, 403]


async def test_a_registration_that_is_refused_leaves_the_invitation_good(gateway_db):
    async with a_gateway(gateway_db, self_registration="invite") as gateway:
        salesperson = await gateway.logged_in(Role.SAL)
        invitation = (await salesperson.post("/api/v1/invitations")).json()["invitation"]
        taken = await gateway.a_user(Role.FIN)
        body = {"password": PASSWORD, "name": "新经销商", "invitation": invitation}

        refused = await salesperson.post(
            "/api/v1/registrations", json={**body, "login": taken.login}
        )
        accepted = await salesperson.post("/api/v1/registrations", json={**body, "login": "free"})

    assert refused.status_code == 409
    assert accepted.status_code == 201


async def test_who_registers_again_and_again_from_one_address_waits(gateway_db):
    async with a_gateway(gateway_db, registrations_per_address_per_hour=2) as gateway:
        client = gateway.client()

        answers = [
            await client.post(
                "/api/v1/registrations",
                json={"login": f"new-{n}", "password": PASSWORD, "name": "新"},
                headers={"X-Forwarded-For": f"10.0.0.{n}"},
            )
            for n in range(3)
        ]

    assert [answer.status_code for answer in answers] == [201, 201, 429]


async def test_behind_a_proxy_of_ours_the_address_is_the_one_it_saw(gateway_db):
    async with a_gateway(
        gateway_db,
        registrations_per_address_per_hour=1,
        trusted_proxies=frozenset({"127.0.0.1", "10.9.9.9"}),
    ) as gateway:
        client = gateway.client()

        answers = [
            await client.post(
                "/api/v1/registrations",
                json={"login": f"new-{n}", "password": PASSWORD, "name": "新"},
                headers={"X-Forwarded-For": f"6.6.6.{n}, {seen}, 10.9.9.9"},
            )
            for n, seen in enumerate(("1.1.1.1", "2.2.2.2", "1.1.1.1"))
        ]

    assert [answer.status_code for answer in answers] == [201, 201, 429]


async def test_an_applicant_becomes_the_dealer_without_logging_in_again(gateway_db):
    state = None
    async with a_gateway(gateway_db, **QUICK) as gateway:
        applicant = await gateway.a_user(Role.APPLICANT)
        client = await gateway.login(applicant)
        state = a_dealer_state(applicant=applicant.user_id)

        async with transaction(gateway_db) as tx:
            await users.take_dealer_states(tx, [state])
        answer = await eventually(
            lambda: client.get("/api/v1/session"), lambda answer: answer.json()["roles"] == ["DLR"]
        )
        session = answer.json()

    assert session["roles"] == ["DLR"]
    assert session["dealer_id"] == str(state.dealer_id)
    assert session["dealer_name"] == "广州五金"
    told = (await announced(gateway_db, UserState))[-1]
    assert (told.roles, told.dealer_id, told.version) == (("DLR",), state.dealer_id, 2)


async def test_the_logins_of_a_dealer_who_has_left_end(gateway_db):
    """F-50: his people and machines are shut out; nobody else is."""
    gone = a_dealer_state().model_copy(update={"status": DealerStatus.EXITED})
    async with a_gateway(gateway_db, upstream=Recorder(), **QUICK) as gateway:
        buyer = await gateway.login(await gateway.a_user(Role.DLR, dealer_id=gone.dealer_id))
        other = await gateway.login(await gateway.a_user(Role.DLR, dealer_id=uuid4()))
        machine, client = await gateway.a_machine(
            Role.DLR, Role.MACHINE, dealer_id=str(gone.dealer_id)
        )
        for _ in range(2):
            async with transaction(gateway_db) as tx:
                await users.take_dealer_states(tx, [gone])

        assert (await until(buyer, 401)).status_code == 401
        assert (await until(client, 401)).status_code == 401
        again = await buyer.post("/api/v1/oauth/token", data=credentials(machine))
        assert (await other.get("/api/v1/session")).status_code == 200

    ended = [one for one in await announced(gateway_db, UserState) if not one.active]
    assert again.status_code == 401
    assert [(one.dealer_id, one.version) for one in ended] == [(gone.dealer_id, 2)]


async def test_the_state_of_a_dealer_told_again_changes_nothing(gateway_db):
    applicant = await a_stored_user(gateway_db, Role.APPLICANT)
    state = a_dealer_state(applicant=applicant.user_id)

    for _ in range(3):
        async with transaction(gateway_db) as tx:
            await users.take_dealer_states(tx, [state])

    versions = [one.version for one in await announced(gateway_db, UserState)]
    assert versions == [1, 2]


async def test_an_older_state_of_a_dealer_that_comes_late_is_dropped(gateway_db):
    dealer_id, salesperson_id = uuid4(), uuid4()
    states = [
        a_dealer_state(dealer_id, version=2, salesperson_id=salesperson_id),
        a_dealer_state(dealer_id, version=1),
    ]

    for state in states:
        async with transaction(gateway_db) as tx:
            await users.take_dealer_states(tx, [state])

    assert await gateway_db.fetchval("SELECT salesperson_id FROM dealers") == salesperson_id


async def test_a_batch_of_users_costs_no_more_statements_than_one(gateway_db):
    async def statements(count):
        asks = [a_new_user(Role.FIN) for _ in range(count)]
        seen = []
        async with transaction(gateway_db) as tx:
            with tx.query_logger(lambda query: seen.append(query.query)):
                outcomes = await users.create_users(tx, asks, by="test")
        assert all(isinstance(one, User) for one in outcomes)
        return len(seen)

    one, many = await statements(1), await statements(200)

    assert many <= one


async def test_a_machine_calls_with_a_token_of_its_own(gateway_db):
    orders = Recorder()
    async with a_gateway(gateway_db, upstream=orders) as gateway:
        machine, client = await gateway.a_machine(Role.MACHINE, Role.WHS)

        response = await client.post("/api/v1/shipments", json={})
        session = await client.get("/api/v1/session")

    assert response.status_code == 200
    assert session.json()["user_id"] == machine["client_id"]
    assert session.json()["csrf_token"] is None


async def test_a_machine_that_is_revoked_is_shut_out(gateway_db):
    async with a_gateway(gateway_db, upstream=Recorder(), **QUICK) as gateway:
        machine, client = await gateway.a_machine(Role.MACHINE)
        admin = await gateway.logged_in(Role.ADM)
        assert (await client.get("/api/v1/session")).status_code == 200

        await admin.post(f"/api/v1/api-clients/{machine['client_id']}/revoke")
        after = await until(client, 401)
        again = await admin.post("/api/v1/oauth/token", data=credentials(machine))

    assert after.status_code == 401
    assert again.status_code == 401


async def test_a_new_secret_ends_the_old_one_and_its_tokens(gateway_db):
    async with a_gateway(gateway_db, **QUICK) as gateway:
        machine, client = await gateway.a_machine(Role.MACHINE)
        admin = await gateway.logged_in(Role.ADM)

        new = await admin.post(f"/api/v1/api-clients/{machine['client_id']}/rotate-secret")
        old_token = await until(client, 401)
        old_secret = await admin.post("/api/v1/oauth/token", data=credentials(machine))
        new_secret = await admin.post("/api/v1/oauth/token", data=credentials(new.json()))

    assert old_token.status_code == old_secret.status_code == 401
    assert new_secret.status_code == 200


async def test_a_machine_may_prove_itself_by_basic_authentication(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        machine, _ = await gateway.a_machine(Role.MACHINE)
        basic = base64.b64encode(f"{machine['client_id']}:{machine['client_secret']}".encode())

        response = await gateway.client().post(
            "/api/v1/oauth/token",
            data={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {basic.decode()}"},
        )

    assert response.json()["token_type"] == "Bearer"


@pytest.mark.parametrize(
    "content",
    ["", "grant_type=password", "grant_type=client_credentials&client_id=a&client_id=b", "\xff"],
)
async def test_a_request_for_a_token_that_is_no_such_request_is_refused(gateway_db, content):
    async with a_gateway(gateway_db) as gateway:
        response = await gateway.client().post(
            "/api/v1/oauth/token", content=content.encode("latin-1")
        )

    assert response.status_code == 422
    assert response.json()["faults"]


async def test_the_token_of_a_machine_ends_by_itself(gateway_db):
    async with a_gateway(gateway_db, **QUICK) as gateway:
        _, client = await gateway.a_machine(Role.MACHINE)
        await gateway_db.execute("UPDATE access_tokens SET expires_at = now()")

        response = await until(client, 401)

    assert response.status_code == 401


async def test_a_session_is_no_token_and_a_token_no_session(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        browser = await gateway.logged_in(Role.ADM)
        _, machine = await gateway.a_machine(Role.ADM)
        session = browser.cookies["qudao_session"]
        token = machine.headers["Authorization"].removeprefix("Bearer ")

        as_token = await gateway.client(headers={"Authorization": f"Bearer {session}"}).get(
            "/api/v1/session"
        )
        as_session = await gateway.client(cookies={"qudao_session": token}).get("/api/v1/session")

    assert as_token.status_code == as_session.status_code == 401


async def test_the_roles_say_which_of_them_must_stay_apart(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        admin = await gateway.logged_in(Role.ADM)

        roles = {one["role"]: one for one in (await admin.get("/api/v1/roles")).json()}

    assert roles.keys() == set(Role)
    assert roles["SAL"]["apart_from"] == ["ADM", "FIN"]
    assert all(roles[role]["name_zh"] for role in STAFF)


def credentials(machine):
    return {
        "grant_type": "client_credentials",
        "client_id": machine["client_id"],
        "client_secret": machine["client_secret"],
    }


async def test_a_text_that_the_database_cannot_hold_is_refused(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        admin = await gateway.logged_in(Role.ADM)
        body = {"login": "nul", "name": "零", "roles": ["SAL", "FIN"], "waiver": "no\x00thing"}

        answers = [
            await admin.post("/api/v1/users", json=body),
            await admin.post("/api/v1/users", json={**body, "login": "n\x00l"}),
            await admin.get("/api/v1/users", params={"search": "\x00"}),
            await admin.post("/api/v1/session", json={"login": "\x00", "password": "x"}),
            await admin.post("/api/v1/session", content=LONE_SURROGATES),
        ]

    assert {answer.status_code for answer in answers} <= {401, 422}
