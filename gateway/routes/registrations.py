"""Newcomers register by themselves, where the company lets them (F-08)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from chassis.auth import Actor, Role, allowed, anyone
from chassis.db import transaction
from chassis.errors import DomainError
from chassis.http import RuntimeDep, json_response
from chassis.ids import uuid7
from chassis.problems import NoSuchRoute
from chassis.scope import acting
from gateway.commands import users as commands
from gateway.domain import Assignment, InvitationInvalid, NewUser, check_password
from gateway.identity import hash_of, new_secret
from gateway.parts import PartsDep
from gateway.schemas import (
    InvitationResponse,
    RegistrationMode,
    RegistrationRequest,
    RegistrationResponse,
)

router = APIRouter(tags=["registrations"])

Inviter = Annotated[Actor, Depends(allowed("invitations.create"))]
INVITATION_DAYS = 14


@router.get("/registrations", dependencies=[Depends(anyone)])
async def show_registration_mode(parts: PartsDep) -> RegistrationMode:
    """Whether newcomers may register; 404 when they may not."""
    if parts.settings.self_registration == "off":
        raise NoSuchRoute
    return RegistrationMode(mode=parts.settings.self_registration)


@router.post(
    "/registrations",
    status_code=201,
    response_model=RegistrationResponse,
    dependencies=[Depends(anyone)],
)
async def register(
    body: RegistrationRequest, request: Request, runtime: RuntimeDep, parts: PartsDep
) -> Response:
    """Become an applicant, who may log in and apply to become a dealer, and sees nothing else."""
    mode = parts.settings.self_registration
    if mode == "off":
        raise NoSuchRoute
    parts.limits.count("registration", request.scope["qudao.address"])
    if mode == "invite" and body.invitation is None:
        raise InvitationInvalid
    password = body.password.get_secret_value()
    if refusal := check_password(password, body.login):
        raise refusal
    hashed = await parts.passwords.hash(password)
    applicant = NewUser(
        uuid7(),
        body.login,
        body.name,
        Assignment(frozenset({Role.APPLICANT})),
        hashed,
        body.email,
        body.language,
    )
    async with transaction(runtime.db) as tx:
        outcome = await commands.register(
            tx, applicant, invitation_hash=hash_of(body.invitation) if body.invitation else None
        )
        if isinstance(outcome, DomainError):
            raise outcome
    runtime.committed.set()
    return json_response(RegistrationResponse(user_id=outcome.user_id, login=outcome.login), 201)


@router.post("/invitations", status_code=201, response_model=InvitationResponse)
async def invite(actor: Inviter, runtime: RuntimeDep) -> Response:
    """Make a code with which one person may register."""
    code = new_secret("qi_")
    expires_at = datetime.now(UTC) + timedelta(days=INVITATION_DAYS)
    async with acting(runtime, actor) as tx:
        await commands.invite(tx, hash_of(code), invited_by=actor.user_id, expires_at=expires_at)
    return json_response(InvitationResponse(invitation=code, expires_at=expires_at), 201)
