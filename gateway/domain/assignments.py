"""What somebody may do: roles, their scope, and duties that stay apart (F-09)."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from chassis.auth import STAFF, Role
from chassis.errors import DomainError

DUTIES_APART = (
    frozenset({Role.SAL, Role.FIN}),  # confirms an order, collects its money
    frozenset({Role.PCK, Role.WHS}),  # picks goods, posts their outbound
    frozenset({Role.SAL, Role.ADM}),  # screens a dealer's application, approves it
)
"""Pairs of duties that one person holds only with a recorded waiver (F-09)."""


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


class TerritoriesUnfit(DomainError):
    """Only a salesperson leads territories; the other staff see the dealers of all of them.

    zh: 只有业务人员 (SAL) 可以指定 territories，其他员工可查看全部区域。
    """

    status: ClassVar[int] = 422


class DutiesConflict(DomainError):
    """One person would hold duties that must stay apart.

    zh: 这些角色的职责必须由不同的人承担。
    请选择其他人，或登记豁免原因 (waiver)。

    Choose another person, or record the reason as a `waiver`.
    """


@dataclass(frozen=True, slots=True)
class Assignment:
    """What somebody may do, and with whose things."""

    roles: frozenset[Role]
    dealer_id: UUID | None = None
    warehouse_ids: frozenset[UUID] | None = None
    """Where he works; None: everywhere."""
    territories: frozenset[str] | None = None
    """Whose dealers a salesperson sees beside his own: `province` or `province/city`."""
    waiver: str | None = None
    """Why this person may hold duties that should stay apart."""


def check_assignment(assignment: Assignment) -> DomainError | None:
    """Refuse roles that contradict each other, their scope, or the separation of duties."""
    roles, outsiders = assignment.roles, assignment.roles - STAFF
    if not roles:
        return RoleMissing()
    if len(outsiders - {Role.MACHINE}) > 1 or (outsiders - {Role.MACHINE} and roles & STAFF):
        return RolesUnfit(roles=sorted(roles))
    if (Role.DLR in roles) != (assignment.dealer_id is not None):
        return DealerUnfit(roles=sorted(roles))
    if assignment.territories is not None and Role.SAL not in roles:
        return TerritoriesUnfit(roles=sorted(roles))
    if assignment.waiver is None and (pairs := conflicts(roles)):
        return DutiesConflict(pairs=[sorted(pair) for pair in pairs])
    return None


def conflicts(roles: Set[Role]) -> list[frozenset[Role]]:
    """The pairs of duties among these roles that should stay apart."""
    return [pair for pair in DUTIES_APART if pair <= roles]
