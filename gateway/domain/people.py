"""People: how they are made known, changed, and become dealers."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal
from uuid import UUID

from chassis.auth import Role
from chassis.errors import DomainError, NotFound
from chassis.http import StaleVersion
from gateway.domain.assignments import Assignment, check_assignment

Language = Literal["zh-CN", "en"]


class LoginTaken(DomainError):
    """Somebody has this login already.

    zh: 该登录名已被使用。
    """


class ClientNameTaken(DomainError):
    """A machine of this name exists already.

    zh: 已有同名的接口客户端。
    """


class LastAdministrator(DomainError):
    """Nobody could administer the system after this.

    zh: 这是最后一位系统管理员。
    请先指定另一位管理员。

    Appoint another administrator first.
    """


class InvitationInvalid(DomainError):
    """This invitation is unknown, used, or too old.

    zh: 邀请码无效、已使用或已过期。
    请向业务员索取新的邀请码。

    Ask your salesperson for a new one.
    """

    status: ClassVar[int] = 403


@dataclass(frozen=True, slots=True)
class User:
    """A person who can log in."""

    user_id: UUID
    login: str
    name: str
    assignment: Assignment
    active: bool = True
    version: int = 1
    password_hash: str | None = field(default=None, repr=False)
    email: str | None = None
    language: Language = "zh-CN"


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to be made known; without a password he cannot log in until one is set."""

    user_id: UUID
    login: str
    name: str
    assignment: Assignment
    password_hash: str | None = field(default=None, repr=False)
    email: str | None = None
    language: Language = "zh-CN"


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be different about a user; None stays as it is."""

    user_id: UUID
    name: str | None = None
    assignment: Assignment | None = None
    active: bool | None = None
    email: str | None = None
    """Empty: he gets none any more."""
    language: Language | None = None
    version: int | None = None
    """The version that the caller has seen; another one by now: refused."""


def admit(asks: Sequence[NewUser], taken: Set[str]) -> list[User | DomainError]:
    """New users, first come first served; a login that is taken or unfit roles are refused."""
    seen, outcomes = set(taken), list[User | DomainError]()
    for ask in asks:
        outcome = _admit(ask, seen)
        outcomes.append(outcome)
        if isinstance(outcome, User):
            seen.add(ask.login)
    return outcomes


def _admit(ask: NewUser, taken: Set[str]) -> User | DomainError:
    if ask.login in taken:
        return LoginTaken(login=ask.login)
    if refusal := check_assignment(ask.assignment):
        return refusal
    return User(
        ask.user_id,
        ask.login,
        ask.name,
        ask.assignment,
        password_hash=ask.password_hash,
        email=ask.email,
        language=ask.language,
    )


def change(known: Mapping[UUID, User], asks: Sequence[Change]) -> list[User | DomainError]:
    """Users as they shall be; what is asked for and is so already changes nothing.

    `known` are those asked about, and all administrators: one of them must remain.
    """
    users, outcomes = dict(known), list[User | DomainError]()
    for ask in asks:
        outcome = _change(users, ask)
        outcomes.append(outcome)
        if isinstance(outcome, User):
            users[ask.user_id] = outcome
    return outcomes


def _change(users: Mapping[UUID, User], ask: Change) -> User | DomainError:
    user = users.get(ask.user_id)
    if user is None:
        return NotFound()
    if ask.version is not None and ask.version != user.version:
        return StaleVersion(current_version=user.version)
    if ask.assignment is not None and (refusal := check_assignment(ask.assignment)):
        return refusal
    changed = replace(
        user,
        name=user.name if ask.name is None else ask.name,
        assignment=ask.assignment or user.assignment,
        active=user.active if ask.active is None else ask.active,
        email=user.email if ask.email is None else ask.email or None,
        language=ask.language or user.language,
    )
    if changed == user:
        return user
    if administers(user) and not administers(changed) and _administrators(users) == 1:
        return LastAdministrator()
    return replace(changed, version=user.version + 1)


def _administrators(users: Mapping[UUID, User]) -> int:
    return sum(administers(user) for user in users.values())


def administers(user: User) -> bool:
    return user.active and Role.ADM in user.assignment.roles


def become_dealer(user: User, dealer_id: UUID) -> User:
    """An applicant whose dealer was activated; whoever is something else already stays that."""
    if user.assignment.roles != {Role.APPLICANT}:
        return user
    assignment = Assignment(frozenset({Role.DLR}), dealer_id)
    return replace(user, assignment=assignment, version=user.version + 1)


def ended(user: User) -> User:
    """Somebody who is locked out, because his dealer has left."""
    return replace(user, active=False, version=user.version + 1)


def login_key(text: str) -> str:
    """A login as it is compared and stored: `Li.Wei ` and `li.wei` are one person."""
    return unicodedata.normalize("NFKC", text).strip().casefold()
