"""Rules about people and what they may be: roles, duties that stay apart, logins, passwords."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import ClassVar
from uuid import UUID

from chassis.auth import STAFF, Role
from chassis.errors import DomainError, NotFound
from chassis.http import StaleVersion

DUTIES_APART = (
    frozenset({Role.SAL, Role.FIN}),  # confirms an order, collects its money
    frozenset({Role.PCK, Role.WHS}),  # picks goods, posts their outbound
    frozenset({Role.SAL, Role.ADM}),  # screens a dealer's application, approves it
)
"""Pairs of duties that one person holds only with a recorded waiver (F-09)."""

PASSWORD_LENGTH_MIN = 8
PASSWORD_BYTES_MAX = 1_024
COMMON_PASSWORDS = frozenset(
    (
        "00000000",
        "11111111",
        "12341234",
        "12345678",
        "123456789",
        "1234567890",
        "123123123",
        "147258369",
        "66666666",
        "88888888",
        "87654321",
        "987654321",
        "a1234567",
        "a12345678",
        "aa123456",
        "aa12345678",
        "abc12345",
        "abc123456",
        "abcd1234",
        "abcdefgh",
        "admin123",
        "admin1234",
        "administrator",
        "asdfghjkl",
        "baseball",
        "changeme",
        "dearbook",
        "football",
        "iloveyou",
        "letmein123",
        "p@ssw0rd",
        "p@ssword",
        "passw0rd",
        "password",
        "password1",
        "password12",
        "password123",
        "princess",
        "q1w2e3r4",
        "qazwsxedc",
        "qq123456",
        "qwer1234",
        "qwerty12",
        "qwerty123",
        "qwertyui",
        "qwertyuiop",
        "starwars",
        "sunshine",
        "superman",
        "trustno1",
        "welcome1",
        "whatever",
        "woaini123",
        "woaini1314",
        "woaini520",
        "xiaoming",
        "zaq12wsx",
        "zxcvbnm123",
    )
)
"""What is guessed first; a password is compared in lower case."""


class LoginTaken(DomainError):
    """Somebody has this login already.

    zh: 该登录名已被使用。
    """


class ClientNameTaken(DomainError):
    """A machine of this name exists already.

    zh: 已有同名的接口客户端。
    """


class RoleMissing(DomainError):
    """Somebody without a role can do nothing.

    zh: 至少需要一个角色。
    如需停用此人，请使用“停用”。

    To lock him out, disable him.
    """

    status: ClassVar[int] = 422


class RolesUnfit(DomainError):
    """Dealers, applicants and the company's staff are different people.

    zh: 经销商、申请人与公司员工不能是同一用户。
    """

    status: ClassVar[int] = 422


class DealerUnfit(DomainError):
    """The role DLR needs the dealer's id, and only it has one.

    zh: 角色 DLR 必须指定经销商，其他角色不能指定。
    """

    status: ClassVar[int] = 422


class DutiesConflict(DomainError):
    """One person would hold duties that must stay apart.

    zh: 这些角色的职责必须由不同的人承担。
    请选择其他人，或登记豁免原因 (waiver)。

    Choose another person, or record the reason as a `waiver`.
    """


class LastAdministrator(DomainError):
    """Nobody could administer the system after this.

    zh: 这是最后一位系统管理员。
    请先指定另一位管理员。

    Appoint another administrator first.
    """


class PasswordTooShort(DomainError):
    """The password is too short.

    zh: 密码太短，至少 8 个字符。

    Take at least 8 characters.
    """

    status: ClassVar[int] = 422


class PasswordTooLong(DomainError):
    """The password is too long.

    zh: 密码太长，最多 1024 字节。

    Take at most 1,024 bytes.
    """

    status: ClassVar[int] = 422


class PasswordTooCommon(DomainError):
    """The password is among those that are guessed first.

    zh: 密码太容易被猜到。
    请换一个不常见、且与登录名不同的密码。

    Take one that is not on everybody's list, and not your login.
    """

    status: ClassVar[int] = 422


class InvitationInvalid(DomainError):
    """This invitation is unknown, used, or too old.

    zh: 邀请码无效、已使用或已过期。
    请向业务员索取新的邀请码。

    Ask your salesperson for a new one.
    """

    status: ClassVar[int] = 403


@dataclass(frozen=True, slots=True)
class Assignment:
    """What somebody may do, and with whose things."""

    roles: frozenset[Role]
    dealer_id: UUID | None = None
    warehouse_ids: frozenset[UUID] | None = None
    """Where he works; None: everywhere."""
    waiver: str | None = None
    """Why this person may hold duties that should stay apart."""


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


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to be made known; without a password he cannot log in until one is set."""

    user_id: UUID
    login: str
    name: str
    assignment: Assignment
    password_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be different about a user; None stays as it is."""

    user_id: UUID
    name: str | None = None
    assignment: Assignment | None = None
    active: bool | None = None
    version: int | None = None
    """The version that the caller has seen; another one by now: refused."""


def check_assignment(assignment: Assignment) -> DomainError | None:
    """Refuse roles that contradict each other, their scope, or the separation of duties."""
    roles, outsiders = assignment.roles, assignment.roles - STAFF
    if not roles:
        return RoleMissing()
    if len(outsiders - {Role.MACHINE}) > 1 or (outsiders - {Role.MACHINE} and roles & STAFF):
        return RolesUnfit(roles=sorted(roles))
    if (Role.DLR in roles) != (assignment.dealer_id is not None):
        return DealerUnfit(roles=sorted(roles))
    if assignment.waiver is None and (pairs := conflicts(roles)):
        return DutiesConflict(pairs=[sorted(pair) for pair in pairs])
    return None


def conflicts(roles: Set[Role]) -> list[frozenset[Role]]:
    """The pairs of duties among these roles that should stay apart."""
    return [pair for pair in DUTIES_APART if pair <= roles]


def admit(asks: Sequence[NewUser], taken: Set[str]) -> list[User | DomainError]:
    """New users, first come first served; a login that is taken or unfit roles are refused."""
    seen, outcomes = set(taken), list[User | DomainError]()
    for ask in asks:
        outcomes.append(_admit(ask, seen))
        seen.add(ask.login)
    return outcomes


def _admit(ask: NewUser, taken: Set[str]) -> User | DomainError:
    if ask.login in taken:
        return LoginTaken(login=ask.login)
    if refusal := check_assignment(ask.assignment):
        return refusal
    return User(ask.user_id, ask.login, ask.name, ask.assignment, password_hash=ask.password_hash)


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


def login_key(text: str) -> str:
    """A login as it is compared and stored: `Li.Wei ` and `li.wei` are one person."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def password_text(text: str) -> str:
    """A password as it is hashed: keyboards differ in how they compose the same letters."""
    return unicodedata.normalize("NFC", text)


def check_password(password: str, login: str) -> DomainError | None:
    """Refuse what is guessed first (NIST SP 800-63B: length and a list, no composition rules)."""
    plain = password.casefold()
    beside_login = plain.replace(login, "") if login else plain
    if len(password.encode()) > PASSWORD_BYTES_MAX:
        return PasswordTooLong()
    if len(password) < PASSWORD_LENGTH_MIN:
        return PasswordTooShort()
    if plain in COMMON_PASSWORDS or len(set(plain)) < 3 or len(beside_login) < 4:
        return PasswordTooCommon()
    return None
