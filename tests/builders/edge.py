"""Callers and a served API, for the tests of any service.

async with serving(SERVICE, inventory_db) as api:
    response = await api(an_actor(Role.WHS)).post("/inbounds", json={...}, headers=a_key())
"""

import asyncio
import json
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
from joserfc.jwk import KeySet, OKPKey

from chassis.auth import Actor, mint
from chassis.service import build_app, make_runtime

SIGNING_KEY = OKPKey.generate_key("Ed25519", {"kid": "test"})


def an_actor(*roles, user_id=None, **scope):
    return Actor(user_id or uuid4(), "Somebody", frozenset(roles), **scope)


def a_key():
    return {"Idempotency-Key": str(uuid4())}


def a_jwks(folder):
    """A file with the public part of the key that signs the tests' tokens."""
    path = Path(folder, "jwks.json")
    path.write_text(json.dumps(KeySet([SIGNING_KEY]).as_dict(private=False)))
    return path


def settings_of(service, folder, **others):
    """Settings of a service that meets neither environment nor broker."""
    return service.settings(
        **{
            "postgres_dsn": "postgresql://unused/unused",
            "kafka_bootstrap_servers": "unused",
            "port": 1,
            "jwks_path": a_jwks(folder),
            **others,
        }
    )


@asynccontextmanager
async def serving(service, db, **settings):
    """The API of a service on a database: give it an actor, and it gives his HTTP client."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        runtime = make_runtime(
            service, settings_of(service, folder, **settings), db, asyncio.Event()
        )
        app = build_app(service, runtime)
        for intake in runtime.intakes.values():
            stack.callback(asyncio.create_task(intake.run()).cancel)

        def client(actor=None):
            token = actor and mint(SIGNING_KEY, actor, service.name)
            return httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url=f"http://{service.name}",
                headers={"Authorization": f"Bearer {token}"} if token else {},
            )

        client.runtime = runtime
        yield client
