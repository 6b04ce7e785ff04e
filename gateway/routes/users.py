"""Administer people: make them known, decide what they may do, shut them out."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, Role, allowed
from chassis.errors import DomainError, NotFound
from chassis.http import IfMatch, RuntimeDep, json_response, time_limit, with_etag
from chassis.ids import uuid7
from chassis.pages import Page, PageQuery
from chassis.scope import acting, reading
from gateway import queries
from gateway.commands import users as commands
from gateway.domain import DUTIES_APART, Change, NewUser, User, check_password
from gateway.parts import Parts, PartsDep
from gateway.schemas import (
    ChangeUserRequest,
    CreateUserRequest,
    ImportedUser,
    ImportUsersRequest,
    ImportUsersResponse,
    ResetPasswordRequest,
    RoleResponse,
    UserResponse,
)
from gateway.store import users as store

router = APIRouter(tags=["users"])

Viewer = Annotated[Actor, Depends(allowed("users.view"))]
Creator = Annotated[Actor, Depends(allowed("users.create"))]
Changer = Annotated[Actor, Depends(allowed("users.change"))]
PasswordSetter = Annotated[Actor, Depends(allowed("users.set-password"))]
RoleViewer = Annotated[Actor, Depends(allowed("roles.view"))]

IMPORT_SECONDS = 120.0
"""A thousand passwords are hashed one by one."""

NAMES: dict[Role, tuple[str, str]] = {
    Role.ADM: ("管理人员", "Administrator"),
    Role.FIN: ("财务人员", "Finance"),
    Role.PCK: ("配货人员", "Picker"),
    Role.WHS: ("仓库管理人员", "Warehouse keeper"),
    Role.DLV: ("配送人员", "Delivery"),
    Role.SAL: ("业务人员", "Salesperson"),
    Role.DLR: ("经销商", "Dealer"),
    Role.APPLICANT: ("申请人", "Applicant"),
    Role.MACHINE: ("接口客户端", "Machine"),
}


@router.get("/users")
async def list_users(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    role: Role | None = None,
    dealer_id: UUID | None = None,
    search: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
) -> Page[UserResponse]:
    """People by login; `search` is the beginning of a login or a part of a name."""
    async with reading(runtime, actor) as reader:
        return await queries.users(reader, page, role=role, dealer_id=dealer_id, search=search)


@router.post("/users", status_code=201, response_model=UserResponse)
async def create_user(
    body: CreateUserRequest, actor: Creator, runtime: RuntimeDep, parts: PartsDep
) -> Response:
    """Make a person known."""
    ask = await _new_user(parts, body)
    if isinstance(ask, DomainError):
        raise ask
    async with acting(runtime, actor) as tx:
        [outcome] = await commands.create_users(tx, [ask], by=actor.reference)
        if isinstance(outcome, DomainError):
            raise outcome
    return await _shown(runtime, actor, outcome.user_id, status=201)


@router.post(
    "/users/import", response_model=ImportUsersResponse, dependencies=[time_limit(IMPORT_SECONDS)]
)
async def import_users(
    body: ImportUsersRequest, actor: Creator, runtime: RuntimeDep, parts: PartsDep
) -> Response:
    """Make many people known. Sent again, it changes nothing: whose login exists stays as he is."""
    logins = {user.login for user in body.users}
    known = await store.users_by_login(runtime.db, logins)
    asks = {
        user.login: await _new_user(parts, user) for user in body.users if user.login not in known
    }
    new = [ask for ask in asks.values() if isinstance(ask, NewUser)]
    async with acting(runtime, actor) as tx:
        created = await commands.create_users(tx, new, by=actor.reference)
    outcomes: dict[str, User | DomainError] = {
        **{login: ask for login, ask in asks.items() if isinstance(ask, DomainError)},
        **{ask.login: outcome for ask, outcome in zip(new, created, strict=True)},
    }
    lines = [_imported(user.login, known, outcomes) for user in body.users]
    return json_response(ImportUsersResponse(users=lines))


@router.get("/users/{user_id}", response_model=UserResponse)
async def show_user(user_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """One person."""
    return await _shown(runtime, actor, user_id)


@router.patch("/users/{user_id}", response_model=UserResponse)
async def change_user(
    user_id: UUID,
    body: ChangeUserRequest,
    actor: Changer,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Rename him, change his mailbox, or what he may do: that holds everywhere in a minute."""
    assignment = body.assignment.assignment() if body.assignment else None
    ask = Change(
        user_id,
        name=body.name,
        assignment=assignment,
        email=body.email,
        language=body.language,
        version=if_match,
    )
    return await _changed(runtime, actor, ask)


@router.post("/users/{user_id}/disable", response_model=UserResponse)
async def disable_user(
    user_id: UUID, actor: Changer, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Shut him out: all his sessions end, within a minute everywhere."""
    return await _changed(runtime, actor, Change(user_id, active=False, version=if_match))


@router.post("/users/{user_id}/enable", response_model=UserResponse)
async def enable_user(
    user_id: UUID, actor: Changer, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Let him in again."""
    return await _changed(runtime, actor, Change(user_id, active=True, version=if_match))


@router.post("/users/{user_id}/log-out", status_code=204)
async def log_user_out(user_id: UUID, actor: Changer, runtime: RuntimeDep) -> Response:
    """End all his sessions, within a minute everywhere; he may log in again."""
    async with acting(runtime, actor) as tx:
        await commands.log_out(tx, user_id, by=actor.reference)
    return Response(status_code=204)


@router.post("/users/{user_id}/password", status_code=204)
async def reset_password(
    user_id: UUID,
    body: ResetPasswordRequest,
    actor: PasswordSetter,
    runtime: RuntimeDep,
    parts: PartsDep,
) -> Response:
    """Give him a new password; all his sessions end."""
    user = await queries.credentials_of(runtime.db, user_id)
    if user is None:
        raise NotFound
    password = body.new_password.get_secret_value()
    if refusal := check_password(password, user.login):
        raise refusal
    hashed = await parts.passwords.hash(password)
    async with acting(runtime, actor) as tx:
        await commands.set_passwords(tx, {user_id: hashed}, by=actor.reference)
    return Response(status_code=204)


@router.get("/roles")
async def list_roles(actor: RoleViewer) -> list[RoleResponse]:  # noqa: ARG001
    """The roles, and which of them one person holds only with a waiver."""
    return [
        RoleResponse(
            role=role,
            name_zh=name_zh,
            name_en=name_en,
            apart_from=sorted(
                other for pair in DUTIES_APART if role in pair for other in pair - {role}
            ),
        )
        for role, (name_zh, name_en) in NAMES.items()
    ]


async def _new_user(parts: Parts, body: CreateUserRequest) -> NewUser | DomainError:
    password = body.password.get_secret_value() if body.password else None
    if password is not None and (refusal := check_password(password, body.login)):
        return refusal
    hashed = None if password is None else await parts.passwords.hash(password)
    return NewUser(
        uuid7(), body.login, body.name, body.assignment(), hashed, body.email, body.language
    )


def _imported(
    login: str, known: dict[str, User], outcomes: dict[str, User | DomainError]
) -> ImportedUser:
    if login in known:
        return ImportedUser(
            login=login, user_id=known[login].user_id, outcome="exists", problem=None
        )
    outcome = outcomes[login]
    if isinstance(outcome, DomainError):
        problem = {"type": outcome.slug, "title": outcome.title, **outcome.facts}
        return ImportedUser(login=login, user_id=None, outcome="refused", problem=problem)
    return ImportedUser(login=login, user_id=outcome.user_id, outcome="created", problem=None)


async def _changed(runtime: RuntimeDep, actor: Actor, ask: Change) -> Response:
    async with acting(runtime, actor) as tx:
        [outcome] = await commands.change_users(tx, [ask], by=actor.reference)
        if isinstance(outcome, DomainError):
            raise outcome
    return await _shown(runtime, actor, ask.user_id)


async def _shown(
    runtime: RuntimeDep, actor: Actor, user_id: UUID, *, status: int = 200
) -> Response:
    async with reading(runtime, actor) as reader:
        user = await queries.user(reader, user_id)
    if user is None:
        raise NotFound
    return with_etag(json_response(user, status), user.version)
