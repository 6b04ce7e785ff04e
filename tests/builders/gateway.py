"""A gateway on a real port, with services behind it that do what a test says.

async with a_gateway(gateway_db, upstream=orders) as gateway:
    adm = await gateway.login(await gateway.a_user(Role.ADM))
    response = await adm.get("/api/v1/orders")
"""

import asyncio
import json
import socket
import tempfile
import time
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from pathlib import Path
from uuid import uuid4

import httpx
import uvicorn

from chassis.auth import Role
from chassis.db import transaction
from chassis.ids import uuid7
from chassis.service import build_app, make_runtime
from chassis.service.strangers import StrangersProtocol
from gateway.app import SERVICE
from gateway.commands import users
from gateway.domain import Assignment, NewUser, User
from gateway.passwords import Passwords
from tests.builders.edge import SIGNING_KEY, settings_of

PASSWORD = "correct horse battery"
SERVICES = ("dealers", "catalog", "orders", "inventory", "billing", "notify", "reports")
_HASHES: list[str] = []


async def a_password_hash():
    """Of PASSWORD; made once, because hashing is slow on purpose."""
    if not _HASHES:
        _HASHES.append(await Passwords().hash(PASSWORD))
    return _HASHES[0]


def an_assignment(*roles, **scope):
    return Assignment(frozenset(roles), **scope)


def a_new_user(*roles, login=None, password_hash=None, **scope):
    login = login or f"user-{uuid4().hex[:12]}"
    return NewUser(uuid7(), login, login.title(), an_assignment(*roles, **scope), password_hash)


def a_user(*roles, active=True, version=1, **scope):
    return User(uuid7(), uuid4().hex, "Somebody", an_assignment(*roles, **scope), active, version)


async def a_stored_user(db, *roles, **scope):
    """A user in the database, whose password is PASSWORD."""
    ask = a_new_user(*roles, password_hash=await a_password_hash(), **scope)
    async with transaction(db) as tx:
        [user] = await users.create_users(tx, [ask], by="test")
    assert isinstance(user, User), user
    return user


class Recorder:
    """A service behind the gateway: keeps what it was asked, and answers with it."""

    def __init__(self):
        self.requests = []
        self.status = 200
        self.before = None
        """Awaited before the answer, with the scope."""

    @property
    def last(self):
        return self.requests[-1]

    async def __call__(self, scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        asked = {
            "method": scope["method"],
            "path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "headers": headers,
            "length": len(body),
        }
        self.requests.append(asked)
        if self.before:
            await self.before(scope)
        answer = json.dumps(asked).encode()
        answer_headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(answer)),
            (b"etag", b'"7"'),
            (b"set-cookie", b"stolen=1"),
        ]
        await send(
            {"type": "http.response.start", "status": self.status, "headers": answer_headers}
        )
        await send({"type": "http.response.body", "body": answer})


class Gateway:
    """What a test does to a gateway."""

    def __init__(self, url, db, runtime):
        self.url, self.db, self.runtime = url, db, runtime
        self.parts = runtime.state["parts"]

    def client(self, **options):
        return httpx.AsyncClient(base_url=self.url, timeout=30, verify=False, **options)

    async def a_user(self, *roles, **scope):
        return await a_stored_user(self.db, *roles, **scope)

    async def login(self, user):
        """A client that is logged in, and sends the CSRF token with everything."""
        client = self.client()
        response = await client.post(
            "/api/v1/session", json={"login": user.login, "password": PASSWORD}
        )
        assert response.status_code == 201, response.text
        client.headers["X-CSRF-Token"] = response.json()["csrf_token"]
        return client

    async def logged_in(self, *roles, **scope):
        return await self.login(await self.a_user(*roles, **scope))

    async def a_machine(self, *roles, **scope):
        """A client with an access token."""
        admin = await self.logged_in(Role.ADM)
        body = {"name": uuid4().hex, "roles": list(roles), **scope}
        machine = (await admin.post("/api/v1/api-clients", json=body)).json()
        form = {
            "grant_type": "client_credentials",
            "client_id": machine["client_id"],
            "client_secret": machine["client_secret"],
        }
        token = (await admin.post("/api/v1/oauth/token", data=form)).json()["access_token"]
        return machine, self.client(headers={"Authorization": f"Bearer {token}"})


async def eventually(ask, holds, *, seconds=5):
    """Ask until the answer is as it shall be, for so long at most; the last answer."""
    deadline = time.monotonic() + seconds
    while True:
        answer = await ask()
        if holds(answer) or time.monotonic() > deadline:
            return answer
        await asyncio.sleep(0.02)


async def until(client, status, path="/api/v1/session", **request):
    """Ask until the answer has this status."""
    method = request.pop("method", "GET")
    return await eventually(
        lambda: client.request(method, path, **request), lambda answer: answer.status_code == status
    )


def a_port_nobody_listens_on():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def served(app, http="httptools"):
    """An ASGI application on a port of its own; yields its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = uvicorn.Server(
        uvicorn.Config(
            app, http=http, ws="none", lifespan="off", log_config=None, access_log=False,
            proxy_headers=False, server_header=False, timeout_graceful_shutdown=1,
        )
    )  # fmt: skip
    server.capture_signals = nullcontext  # the test keeps its own
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


def gateway_settings(folder, urls=None, **settings):
    """Settings of a gateway whose services are at these addresses, and else nowhere."""
    nowhere = f"http://127.0.0.1:{a_port_nobody_listens_on()}"
    key_path = Path(folder, "signing.jwk")
    key_path.write_text(json.dumps(SIGNING_KEY.as_dict(private=True)))
    return settings_of(
        SERVICE,
        folder,
        signing_key_path=key_path,
        **{f"{service}_url": (urls or {}).get(service, nowhere) for service in SERVICES},
        **settings,
    )


@asynccontextmanager
async def a_gateway(db, *, urls=None, upstream=None, **settings):
    """A gateway in front of one stand-in for all services, or of those at `urls`."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        if upstream is not None:
            url = await stack.enter_async_context(served(upstream))
            urls = dict.fromkeys(SERVICES, url)
        runtime = make_runtime(
            SERVICE, gateway_settings(folder, urls, **settings), db, asyncio.Event()
        )
        await stack.enter_async_context(runtime.exits)
        app = build_app(SERVICE, runtime)
        url = await stack.enter_async_context(served(app, StrangersProtocol))
        yield Gateway(url, db, runtime)
