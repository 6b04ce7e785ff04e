"""Goods that come in, and the warehouses they come into."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from services.inventory.domain.fulfilment import Mode

BUSINESS_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Whose calendar the numbers of documents follow; China has no daylight saving time."""


class UnknownWarehouse(DomainError):
    """There is no such warehouse.

    zh: 仓库不存在。
    请先建立仓库，或使用仓库列表中的编号。

    Create it first, or take one from the list of warehouses.
    """

    status = 422


class WarehouseCodeTaken(DomainError):
    """Another warehouse has this code.

    zh: 仓库代码已被使用。
    请换一个代码；已有的仓库见 warehouse_id。

    Choose another one; `warehouse_id` is the warehouse that has it.
    """


@dataclass(frozen=True, slots=True)
class Warehouse:
    warehouse_id: UUID
    code: str
    name: str
    mode: Mode
    one_person: bool
    version: int = 1


@dataclass(frozen=True, slots=True)
class InboundLine:
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Inbound:
    """Goods that came in together: the inbound note 入库单; `note` says why more than expected."""

    inbound_id: UUID
    warehouse_id: UUID
    source: str
    posted_by: UUID
    lines: tuple[InboundLine, ...]
    expected_id: UUID | None = None
    note: str = ""


def series(kind: str, now: datetime) -> str:
    """Series of a document's numbers, by kind and month: `CK-2611`."""
    return f"{kind}-{now.astimezone(BUSINESS_TIME):%y%m}"


def inbound_refusal(
    inbound: Inbound, warehouses: Collection[UUID], unknown: Collection[str]
) -> DomainError | None:
    """Why it cannot be posted: UnknownWarehouse, or InvalidRequest that names each wrong line."""
    if inbound.warehouse_id not in warehouses:
        return UnknownWarehouse(warehouse_id=inbound.warehouse_id)
    faults = [
        (f"/lines/{index}/sku", f"There is no product {line.sku}.")
        for index, line in enumerate(inbound.lines)
        if line.sku in unknown
    ]
    return InvalidRequest(*faults) if faults else None
