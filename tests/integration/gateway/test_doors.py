"""Beside the API: the portal's files, the documentation, probes, the first administrator."""

import pytest

from chassis.auth import Role
from chassis.db import connect
from deploy.postgres import roles
from gateway.administrator import create_administrator
from tests.builders.gateway import (
    PASSWORD,
    Recorder,
    a_gateway,
    a_stored_user,
    gateway_settings,
    served,
)


@pytest.fixture
def portal(tmp_path):
    """A built portal."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>渠道</title>")
    (tmp_path / "assets" / "app-1a2b.js").write_text("let x")
    (tmp_path.parent / "secret.txt").write_text("secret")
    return tmp_path


@pytest.mark.parametrize("path", ["/", "/orders", "/orders/7/lines", "/login?next=/orders"])
async def test_every_page_of_the_portal_is_the_application(gateway_db, portal, path):
    async with a_gateway(gateway_db, portal_path=portal) as gateway:
        response = await gateway.client().get(path)

    assert "渠道" in response.text
    assert response.headers["cache-control"] == "no-cache"
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


async def test_files_that_carry_their_hash_are_kept_by_browsers(gateway_db, portal):
    async with a_gateway(gateway_db, portal_path=portal) as gateway:
        response = await gateway.client().get("/assets/app-1a2b.js")

    assert response.text == "let x"
    assert "immutable" in response.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    ["/assets/old.js", "/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"],
)
async def test_no_other_file_is_given_away(gateway_db, portal, path):
    async with a_gateway(gateway_db, portal_path=portal) as gateway:
        response = await gateway.client().get(path)

    assert response.status_code == 404
    assert "secret" not in response.text
    assert response.headers["content-type"] == "application/problem+json"


async def test_the_interface_is_described_by_those_who_are_there_and_by_what_was_built(gateway_db):
    async def orders(scope, receive, send):
        body = b'{"paths": {"/orders": {"get": {"operationId": "list_it_orders_get"}}}}'
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async with served(orders) as url, a_gateway(gateway_db, urls={"orders": url}) as gateway:
        document = (await gateway.client().get("/api/openapi.json")).json()
        page = await gateway.client().get("/api/docs")

    assert document["paths"]["/api/v1/orders"]["get"]["operationId"] == "orders_list_it"
    assert "/api/v1/session" in document["paths"]
    assert "/api/v1/payments" in document["paths"]  # from what was committed
    assert "/api/v1/payments" in page.text
    assert "<script" not in page.text


async def test_an_administrator_sees_who_takes_work(gateway_db):
    async with served(Recorder()) as url, a_gateway(gateway_db, urls={"orders": url}) as gateway:
        admin = await gateway.logged_in(Role.ADM)

        status = {one["service"]: one for one in (await admin.get("/api/v1/status")).json()}

    assert status["orders"]["ready"]
    assert not status["billing"]["ready"]


async def test_probes_answer_without_a_login(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        answers = [await gateway.client().get(path) for path in ("/livez", "/readyz")]

    assert [answer.status_code for answer in answers] == [200, 200]


async def test_the_first_administrator_comes_from_the_environment(
    gateway_db, gateway_address, tmp_path, monkeypatch
):
    monkeypatch.setenv("GATEWAY_ADMIN_LOGIN", "Root.Admin")
    monkeypatch.setenv("GATEWAY_ADMIN_NAME", "管理员")
    monkeypatch.setenv("GATEWAY_ADMIN_PASSWORD", PASSWORD)

    for _ in range(2):  # again: gives him this password
        await create_administrator(gateway_settings(tmp_path, postgres_dsn=gateway_address))

    async with a_gateway(gateway_db) as gateway:
        response = await gateway.client().post(
            "/api/v1/session", json={"login": "root.admin", "password": PASSWORD}
        )
    assert response.json()["roles"] == ["ADM"]
    assert await gateway_db.fetchval("SELECT count(*) FROM users") == 1


async def test_a_weak_password_makes_no_administrator(
    gateway_db, gateway_address, tmp_path, monkeypatch
):
    monkeypatch.setenv("GATEWAY_ADMIN_LOGIN", "root")
    monkeypatch.setenv("GATEWAY_ADMIN_PASSWORD", "12345678")

    with pytest.raises(SystemExit, match="guessed first"):
        await create_administrator(gateway_settings(tmp_path, postgres_dsn=gateway_address))

    assert await gateway_db.fetchval("SELECT count(*) FROM users") == 0


async def test_without_its_database_the_gateway_answers_that_it_is_unavailable(
    gateway_db, gateway_address
):
    user = await a_stored_user(gateway_db, Role.FIN)
    pool = await connect(gateway_address)
    async with a_gateway(pool, upstream=Recorder(), identity_cache_seconds=0.01) as gateway:
        client = await gateway.login(user)
        await pool.close()

        known = await client.get("/api/v1/orders")
        login = await gateway.client().post(
            "/api/v1/session", json={"login": user.login, "password": PASSWORD}
        )

    for response in (known, login):
        assert response.status_code == 503, response.text
        assert "retry-after" in response.headers


@pytest.fixture
async def gateway_address(gateway_db, postgres):
    """The address of the test's database, for what connects by itself."""
    name = await gateway_db.fetchval("SELECT current_database()")
    return roles.dsn_of(postgres, name, role="gateway", password="service")
