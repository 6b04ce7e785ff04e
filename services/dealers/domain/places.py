"""Where a dealer's goods and papers go, and whom one calls there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError
from contracts.dealers import ShipTo

ENTRIES_MAX = 200
"""Addresses of a dealer, and contacts likewise."""


class TooManyEntries(DomainError):
    """The dealer has as many of these as he may have.

    zh: 该经销商的地址或联系人数量已达上限。
    请先删除不再使用的。

    Remove one that is not used any more first.
    """


class AddressKind(StrEnum):
    """收货地址, 开票地址."""

    SHIP_TO = "SHIP_TO"
    BILL_TO = "BILL_TO"


@dataclass(frozen=True, slots=True)
class Address:
    """Of each kind one is the usual one: it is taken where nobody says another."""

    address_id: UUID
    dealer_id: UUID
    kind: AddressKind
    receiver: str
    phone: str
    province: str
    city: str
    street: str
    usual: bool
    version: int = 1


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody at a dealer's, and what he is there for."""

    contact_id: UUID
    dealer_id: UUID
    name: str
    duty: str
    phone: str
    email: str | None
    version: int = 1


def heir(held: Collection[Address], removed: Address) -> Address | None:
    """Who becomes the usual one of its kind when `removed` goes: the oldest; None: nobody need."""
    if not removed.usual:
        return None
    others = [one for one in held if one.kind is removed.kind and one != removed]
    oldest = min(others, key=lambda one: one.address_id, default=None)
    return oldest and replace(oldest, usual=True, version=oldest.version + 1)


def usual_ship_to(held: Collection[Address]) -> ShipTo | None:
    """Where goods go where nobody says another place."""
    for one in held:
        if one.usual and one.kind is AddressKind.SHIP_TO:
            return ShipTo(
                receiver=one.receiver,
                phone=one.phone,
                province=one.province,
                city=one.city,
                street=one.street,
            )
    return None


def placed(held: Collection[Address], wanted: Address) -> list[Address]:
    """The addresses that change when `wanted` is stored, those that step back first.

    The first of a kind is the usual one, whatever it says; a usual one takes the place of another,
    and stays so until another takes its place. Raises TooManyEntries.
    """
    known = {one.address_id: one for one in held}
    if wanted.address_id not in known and len(held) >= ENTRIES_MAX:
        raise TooManyEntries(entries_max=ENTRIES_MAX)
    others = [one for one in held if one.address_id != wanted.address_id]
    rivals = [one for one in others if one.kind is wanted.kind and one.usual]
    wanted = replace(wanted, usual=wanted.usual or not rivals)
    stepping_back = rivals if wanted.usual else []
    return [
        *(replace(one, usual=False, version=one.version + 1) for one in stepping_back),
        wanted,
    ]
