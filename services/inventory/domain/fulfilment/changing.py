"""What a decision makes of a fulfilment, and what it means for the shelves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.message import Message
from services.inventory.domain.fulfilment.aggregate import HOLDING, Fulfilment

Place = tuple[UUID, str]
"""A shelf: warehouse and SKU."""


class ShortReason(StrEnum):
    """Why a picker does not bring what the book says is there."""

    NOT_FOUND = "NOT_FOUND"
    DAMAGED = "DAMAGED"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Goods that are on hand by the book and were not brought: a count must say what is there."""

    pick_task_id: UUID
    line_no: int
    sku: str
    quantity: int
    reason: ShortReason
    told_by: UUID
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What a decision makes of a fulfilment, and what is told of it, in this order."""

    before: Fulfilment
    after: Fulfilment
    messages: tuple[Message, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def then(first: Change, second: Change) -> Change:
    """Both as one; the second began where the first ended."""
    assert second.before == first.after, "a change that began elsewhere"
    return Change(
        first.before,
        second.after,
        (*first.messages, *second.messages),
        (*first.doubts, *second.doubts),
    )


def begun(after: Fulfilment) -> Change:
    """An order of which nothing was known before."""
    return Change(replace(after, lines=(), revision=0, tasks=(), shipments=()), after)


@dataclass(frozen=True, slots=True)
class StockChange:
    """What changes on the shelves: base units by place; zero where nothing does."""

    on_hand: Counter[Place]
    reserved: Counter[Place]
    backordered: Counter[Place]
    in_doubt: Counter[Place]


def stock_change(changes: list[Change]) -> StockChange:
    """What decisions mean for the shelves.

    It is derived from the fulfilments, so that what is reserved cannot differ from what they hold.
    """
    shelves = StockChange(Counter(), Counter(), Counter(), Counter())
    for change in changes:
        _count(change.before, -1, shelves)
        _count(change.after, +1, shelves)
        for doubt in change.doubts:
            shelves.in_doubt[change.after.warehouse_id, doubt.sku] += doubt.quantity
    return shelves


def _count(fulfilment: Fulfilment, sign: int, shelves: StockChange) -> None:
    holding = fulfilment.state in HOLDING
    for line in fulfilment.lines:
        place = (fulfilment.warehouse_id, line.sku)
        if line.shipped:
            shelves.on_hand[place] -= sign * line.shipped
        if holding:
            shelves.reserved[place] += sign * (line.allotted - line.shipped)
        if line.backordered:
            shelves.backordered[place] += sign * line.backordered
