"""Log in and out, and see who one is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, Response

from chassis.auth import Actor, allowed, anyone
from chassis.db import transaction
from chassis.errors import DomainError
from chassis.http import RuntimeDep, json_response
from chassis.log import log
from chassis.scope import acting
from gateway import queries
from gateway.commands import sessions as commands
from gateway.commands import users
from gateway.commands.sessions import Login
from gateway.domain import check_password
from gateway.identity import csrf_token_of, hash_of
from gateway.parts import Parts, PartsDep
from gateway.proxy.callers import Caller
from gateway.schemas import LoginRequest, SessionResponse, SetPasswordRequest
from gateway.store import sessions

router = APIRouter(tags=["session"])

Viewer = Annotated[Actor, Depends(allowed("session.view"))]
Leaver = Annotated[Actor, Depends(allowed("session.close"))]
PasswordSetter = Annotated[Actor, Depends(allowed("session.set-password"))]


class CredentialsWrong(DomainError):
    """Login or password is wrong.

    zh: 登录名或密码错误。
    """

    status = 401


@router.post(
    "/session",
    status_code=201,
    response_model=SessionResponse,
    dependencies=[Depends(anyone)],
)
async def open_session(
    body: LoginRequest, request: Request, runtime: RuntimeDep, parts: PartsDep
) -> Response:
    """Log in: sets the session cookie, and returns the CSRF token for what changes something."""
    address: str = request.scope["qudao.address"]
    parts.limits.count("login", address)
    parts.limits.count("account", f"{body.login} {address}")
    user = await queries.credentials(runtime.db, body.login)
    right, fresher = await parts.passwords.verify(
        body.password.get_secret_value(), user.password_hash if user and user.active else None
    )
    if user is None or not right:
        log.warning("login_refused", user_id=user and user.user_id, address=address)
        raise CredentialsWrong
    parts.limits.clear("account", f"{body.login} {address}")
    ends = datetime.now(UTC) + timedelta(hours=parts.settings.session_hours)
    async with transaction(runtime.db) as tx:
        token = await commands.open_session(tx, Login(user.user_id, ends, fresher))
    response = await _session(runtime, parts, token)
    _set_cookie(response, parts, token, seconds=int(parts.settings.session_hours * 3_600))
    return response


@router.get("/session", response_model=SessionResponse)
async def show_session(request: Request, actor: Viewer) -> SessionResponse:
    """Who is logged in."""
    caller = cast("Caller", request.scope["qudao.caller"])
    return _shown(actor, caller.identity.dealer_name, caller.csrf_token)


@router.delete("/session", status_code=204)
async def close_session(
    request: Request, actor: Leaver, runtime: RuntimeDep, parts: PartsDep
) -> Response:
    """Log out."""
    caller = cast("Caller", request.scope["qudao.caller"])
    async with acting(runtime, actor) as tx:
        await commands.close_session(tx, caller.token, user_id=actor.user_id)
    parts.callers.forget(caller.token)
    response = Response(status_code=204)
    _set_cookie(response, parts, "", seconds=0)
    return response


@router.post("/session/close-all", status_code=204)
async def close_all_sessions(
    request: Request, actor: Leaver, runtime: RuntimeDep, parts: PartsDep
) -> Response:
    """Log out everywhere, here too."""
    caller = cast("Caller", request.scope["qudao.caller"])
    async with acting(runtime, actor) as tx:
        await users.log_out(tx, actor.user_id, by=actor.reference)
    parts.callers.forget(caller.token)
    response = Response(status_code=204)
    _set_cookie(response, parts, "", seconds=0)
    return response


@router.post("/session/password", status_code=204)
async def set_own_password(
    body: SetPasswordRequest,
    request: Request,
    actor: PasswordSetter,
    runtime: RuntimeDep,
    parts: PartsDep,
) -> Response:
    """Change one's password; all other sessions end."""
    parts.limits.count("account", f"{actor.user_id} password")
    caller = cast("Caller", request.scope["qudao.caller"])
    user = await queries.credentials_of(runtime.db, actor.user_id)
    stored = user.password_hash if user else None
    right, _ = await parts.passwords.verify(body.old_password.get_secret_value(), stored)
    if user is None or not right:
        raise CredentialsWrong
    password = body.new_password.get_secret_value()
    if refusal := check_password(password, user.login):
        raise refusal
    hashed = await parts.passwords.hash(password)
    async with acting(runtime, actor) as tx:
        await users.set_passwords(
            tx, {actor.user_id: hashed}, by=actor.reference, keep=hash_of(caller.token)
        )
    return Response(status_code=204)


async def _session(runtime: RuntimeDep, parts: Parts, token: str) -> Response:
    idle = timedelta(hours=parts.settings.session_idle_hours)
    found = await sessions.sessions(runtime.db, [hash_of(token)], idle=idle)
    identity = found[hash_of(token)]
    shown = _shown(identity.actor, identity.dealer_name, csrf_token_of(token))
    return json_response(shown, 201)


def _shown(actor: Actor, dealer_name: str | None, csrf_token: str | None) -> SessionResponse:
    warehouses, territories = actor.warehouse_ids, actor.territories
    return SessionResponse(
        user_id=actor.user_id,
        name=actor.name,
        roles=sorted(actor.roles),
        dealer_id=actor.dealer_id,
        dealer_name=dealer_name,
        warehouse_ids=None if warehouses is None else sorted(warehouses),
        territories=None if territories is None else sorted(territories),
        csrf_token=csrf_token,
    )


def _set_cookie(response: Response, parts: Parts, token: str, *, seconds: int) -> None:
    response.set_cookie(
        parts.callers.cookie.decode(),
        token,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="strict",
        secure=parts.settings.secure,
    )
