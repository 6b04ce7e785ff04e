"""Who asks, and may he: the actor of a request and one table of rules per service."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError, NotFound


class Role(StrEnum):
    """The seven roles of the trade, and two for what is not a person of the company."""

    ADM = "ADM"
    FIN = "FIN"
    PCK = "PCK"
    WHS = "WHS"
    DLV = "DLV"
    SAL = "SAL"
    DLR = "DLR"
    APPLICANT = "APPLICANT"
    MACHINE = "MACHINE"


STAFF = frozenset({Role.ADM, Role.FIN, Role.PCK, Role.WHS, Role.DLV, Role.SAL})


class Forbidden(DomainError):
    """Your role does not allow this.

    zh: 您的角色无权执行此操作。
    """

    status = 403


class Unauthenticated(DomainError):
    """The request carries no valid token.

    zh: 请求未携带有效的登录凭证。
    请重新登录后重试。

    Log in again, then repeat the request.
    """

    status = 401


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as the gateway says in its signed token."""

    user_id: UUID
    name: str
    roles: frozenset[Role]
    dealer_id: UUID | None = None
    warehouse_ids: frozenset[UUID] | None = None
    """Warehouses that the user works in; None: all."""
    territories: frozenset[str] | None = None
    """Of a salesperson who leads others: `province` or `province/city`. He sees what is of the
    dealers there, beside his own; what he does stays with his own dealers."""

    @property
    def sees_all(self) -> bool:
        """Sees the rows of every dealer; a salesperson sees his own, a dealer himself."""
        return bool(self.roles & (STAFF - {Role.SAL}))

    @property
    def reference(self) -> str:
        """How messages and logs name him."""
        return f"user:{self.user_id}"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which roles may do an action. Whose rows they may do it to is the resource's question."""

    roles: frozenset[Role]


Access = Mapping[str, Rule]
"""Rules by action, e.g. `orders.confirm`."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What the action is done to, as far as access depends on it."""

    dealer_id: UUID | None = None
    salesperson_id: UUID | None = None
    warehouse_id: UUID | None = None


def may(access: Access, actor: Actor, action: str, resource: Resource | None = None) -> bool:
    """Whether the role allows the action, and the resource is in the actor's scope."""
    if not access[action].roles & actor.roles:
        return False
    return resource is None or in_scope(actor, resource)


def in_scope(actor: Actor, resource: Resource) -> bool:
    """A dealer: himself. A salesperson: his dealers. Others: all, in the warehouses of theirs."""
    mine, there = actor.warehouse_ids, resource.warehouse_id
    if mine is not None and there is not None and there not in mine:
        return False
    if actor.sees_all:
        return True
    if Role.SAL in actor.roles:
        return resource.salesperson_id == actor.user_id
    return resource.dealer_id is not None and resource.dealer_id == actor.dealer_id


def authorize(access: Access, actor: Actor, action: str, resource: Resource | None = None) -> None:
    """Raises Forbidden when the role does not allow it, NotFound when the resource is foreign."""
    if not access[action].roles & actor.roles:
        raise Forbidden(action=action)
    if resource is not None and not in_scope(actor, resource):
        raise NotFound


def allowed_actions(
    access: Access, actor: Actor, possible: Iterable[str], resource: Resource | None = None
) -> list[str]:
    """Of the actions that the state of a resource makes possible, those that the actor may do."""
    return [action for action in possible if may(access, actor, action, resource)]


def roles(*allowed: Role | Collection[Role]) -> Rule:
    """A rule for these roles."""
    flat: set[Role] = set()
    for one in allowed:
        flat |= {one} if isinstance(one, Role) else set(one)
    return Rule(frozenset(flat))
