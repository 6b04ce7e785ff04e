"""Messages on their way to handlers, and the order they go in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from chassis.envelope import Delivery
from contracts.message import Message


class Parcel(NamedTuple):
    delivery: Delivery
    message: Message


class Spoiled(NamedTuple):
    delivery: Delivery
    error: str


def waves(parcels: Iterable[Parcel]) -> list[list[Parcel]]:
    """Put the n-th message of each key into wave n: inside a wave all keys differ."""
    cut: list[list[Parcel]] = []
    depth: Counter[bytes] = Counter()
    for parcel in parcels:
        key = parcel.delivery.key
        if depth[key] == len(cut):
            cut.append([])
        cut[depth[key]].append(parcel)
        depth[key] += 1
    return cut


def by_key(parcels: Iterable[Parcel]) -> dict[bytes, list[Parcel]]:
    groups: dict[bytes, list[Parcel]] = {}
    for parcel in parcels:
        groups.setdefault(parcel.delivery.key, []).append(parcel)
    return groups


def marks(parcels: Sequence[Parcel], spoiled: Sequence[Spoiled]) -> list[UUID]:
    """What the inbox remembers. Of an unreadable message its place only: once a new version of the
    service can read it, the same message may be sent again."""
    return [
        *(parcel.delivery.message_id for parcel in parcels),
        *(one.delivery.place_id for one in spoiled),
    ]
