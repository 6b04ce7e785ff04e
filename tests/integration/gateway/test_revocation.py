"""How long somebody who was shut out is still believed, measured with the usual settings."""

import time

import pytest

from chassis.auth import Role, Unauthenticated, Verifier
from tests.builders.edge import a_jwks
from tests.builders.gateway import Recorder, a_gateway, eventually

LIMIT_SECONDS = 60


@pytest.mark.timeout(120)
async def test_who_is_disabled_is_refused_everywhere_within_a_minute(gateway_db, tmp_path):
    """F-07, F-09: by the gateway at its next look, by a service when his token ends."""
    service, verifier = Recorder(), Verifier("orders", a_jwks(tmp_path))
    async with a_gateway(gateway_db, upstream=service) as gateway:
        admin, user = await gateway.logged_in(Role.ADM), await gateway.a_user(Role.FIN)
        client = await gateway.login(user)
        await client.get("/api/v1/orders")
        token = service.last["headers"]["authorization"].removeprefix("Bearer ")
        assert verifier.actor(token).user_id == user.user_id

        answer = await admin.post(f"/api/v1/users/{user.user_id}/disable")
        assert answer.status_code == 200, answer.text
        since = time.monotonic()
        await eventually(
            lambda: client.get("/api/v1/orders"),
            lambda answer: answer.status_code == 401,
            seconds=LIMIT_SECONDS,
        )
        by_gateway = time.monotonic() - since

        async def believed():
            try:
                return verifier.actor(token)
            except Unauthenticated:
                return None

        assert (
            await eventually(believed, lambda actor: actor is None, seconds=LIMIT_SECONDS) is None
        )
        by_service = time.monotonic() - since

    assert by_gateway < gateway.parts.settings.identity_cache_seconds + 5
    assert by_service < LIMIT_SECONDS
