"""F-07, F-09: how long somebody is still believed who lost what he had; with lives cut short.

The gateway looks again after `identity_cache_seconds`; a service believes a token until it ends.
"""

import asyncio
import time
from uuid import uuid4

import pytest

from chassis.auth import Role, Unauthenticated, Verifier
from gateway.settings import Settings
from tests.builders.edge import a_jwks
from tests.builders.gateway import PASSWORD, Recorder, a_gateway, eventually
from tests.integration.gateway.test_people import claims_in

LIMIT_SECONDS = 60
LOOK_SECONDS, TOKEN_SECONDS = 0.2, 2
SLACK_SECONDS = 2.0
"""For a busy machine; far less than the difference to the limit."""
WAREHOUSE = str(uuid4())


def test_with_the_usual_settings_both_together_take_less_than_a_minute():
    """F-07: what is measured below with short lives holds with these."""
    usual = Settings.model_fields
    look, token = (
        usual[name].default for name in ("identity_cache_seconds", "internal_token_seconds")
    )

    assert look + token + SLACK_SECONDS < LIMIT_SECONDS


async def disabled(admin, user, _client):
    return await admin.post(f"/api/v1/users/{user.user_id}/disable")


async def logged_out_by_an_administrator(admin, user, _client):
    return await admin.post(f"/api/v1/users/{user.user_id}/log-out")


async def given_another_password(admin, user, _client):
    body = {"new_password": f"{PASSWORD} anew"}
    return await admin.post(f"/api/v1/users/{user.user_id}/password", json=body)


async def logged_out_himself(_admin, _user, client):
    return await client.delete("/api/v1/session")


async def logged_out_everywhere(_admin, _user, client):
    return await client.post("/api/v1/session/close-all")


def assigned(roles, **scope):
    async def change(admin, user, _client):
        body = {"assignment": {"roles": roles, **scope}}
        return await admin.patch(f"/api/v1/users/{user.user_id}", json=body)

    return change


SHUT_OUT = (
    disabled,
    logged_out_by_an_administrator,
    given_another_password,
    logged_out_himself,
    logged_out_everywhere,
)
CHANGED = {
    "roles": (assigned(["PCK"]), ["PCK"]),
    "warehouse_ids": (assigned(["SAL"], warehouse_ids=[WAREHOUSE]), [WAREHOUSE]),
    "territories": (assigned(["SAL"], territories=["广东省"]), ["广东省"]),
}


class Suspect:
    """Somebody who is logged in twice, and the token that a service has of him."""

    async def arrive(self, gateway, service, verifier):
        self.verifier = verifier
        self.user = await gateway.a_user(Role.SAL)
        self.client, self.elsewhere = [await gateway.login(self.user) for _ in range(2)]
        for client in (self.client, self.elsewhere):
            assert (await client.get("/api/v1/orders")).status_code == 200
        self.token = service.last["headers"]["authorization"].removeprefix("Bearer ")
        assert self.verifier.actor(self.token).user_id == self.user.user_id
        return self

    async def believed(self):
        try:
            return self.verifier.actor(self.token)
        except Unauthenticated:
            return None

    async def until(self, ask, holds):
        """Seconds until it does."""
        since = time.monotonic()
        assert holds(await eventually(ask, holds, seconds=10))
        return time.monotonic() - since


@pytest.fixture
async def court(gateway_db, tmp_path):
    """A gateway with short lives before a service, an administrator, and suspects."""
    service, verifier = Recorder(), Verifier("orders", a_jwks(tmp_path))
    lives = {"identity_cache_seconds": LOOK_SECONDS, "internal_token_seconds": TOKEN_SECONDS}
    async with a_gateway(gateway_db, upstream=service, **lives) as gateway:
        admin = await gateway.logged_in(Role.ADM)

        async def suspect():
            return await Suspect().arrive(gateway, service, verifier)

        yield admin, suspect


async def test_who_is_shut_out_is_refused_everywhere_in_time(court):
    """F-07, F-09: disabled, logged out by whomever, or with another password: in each browser where
    that ends him, at the gateway and in the services.
    """
    admin, suspect = court
    suspects = {shut_out: await suspect() for shut_out in SHUT_OUT}

    async def measured(shut_out):
        one = suspects[shut_out]
        answer = await shut_out(admin, one.user, one.client)
        assert answer.is_success, answer.text
        ended = [one.client] + [one.elsewhere] * (shut_out is not logged_out_himself)
        refused = [
            one.until(lambda c=c: c.get("/api/v1/orders"), lambda answer: answer.status_code == 401)
            for c in ended
        ]
        forgotten = one.until(one.believed, lambda actor: actor is None)
        return await asyncio.gather(*refused), await forgotten

    seconds = await asyncio.gather(*map(measured, SHUT_OUT))

    by_gateway = max(one for refused, _ in seconds for one in refused)
    by_service = max(forgotten for _, forgotten in seconds)
    still_in = await suspects[logged_out_himself].elsewhere.get("/api/v1/orders")
    assert by_gateway < LOOK_SECONDS + SLACK_SECONDS
    assert by_service < TOKEN_SECONDS + SLACK_SECONDS
    assert still_in.status_code == 200


async def test_what_somebody_lost_the_services_are_told_in_time(court):
    """F-07, F-09, P-10: another role, other warehouses, other territories."""
    admin, suspect = court
    suspects = {name: await suspect() for name in CHANGED}

    async def measured(name):
        one, (change, now) = suspects[name], CHANGED[name]
        answer = await change(admin, one.user, one.client)
        assert answer.is_success, answer.text

        async def claimed():
            return claims_in((await one.client.get("/api/v1/orders")).json()).get(name)

        told = one.until(claimed, lambda value: value == now)
        forgotten = one.until(one.believed, lambda actor: actor is None)
        return await asyncio.gather(told, forgotten)

    seconds = await asyncio.gather(*map(measured, CHANGED))

    assert max(told for told, _ in seconds) < LOOK_SECONDS + SLACK_SECONDS
    assert max(forgotten for _, forgotten in seconds) < TOKEN_SECONDS + SLACK_SECONDS
