"""What the facts of an entry name, so that it is found by it; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

DOCUMENTS = (
    *("number", "order_number", "shipment_number", "pick_number"),
    *("code", "sku", "tracking_number"),
)


class References(NamedTuple):
    """The dealer whose it is, and the numbers that stand on papers."""

    dealer_id: UUID | None
    documents: tuple[str, ...]


def references(facts: Mapping[str, Any]) -> References:
    """Of the facts of an entry; what is no id, or no text, is none."""
    named = (facts.get(name) for name in DOCUMENTS)
    documents = dict.fromkeys(
        one for one in named if isinstance(one, str) and one and "\n" not in one
    )
    return References(_id(facts.get("dealer_id")), tuple(documents))


def _id(value: object) -> UUID | None:
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
