"""Goods that come in, and the warehouses they come into."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.clock import BUSINESS_TIME
from chassis.errors import DomainError, InvalidRequest
from services.inventory.domain.fulfilment import Mode, WarehouseRules


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


class NoAlternative(DomainError):
    """These warehouses cannot help this one out.

    zh: 备选仓库（alternatives）不可用。
    备选仓库必须存在，不能是本仓库，也不能重复；合作方仓库（PARTNER）不能作为备选，也不能设置备选。

    `alternatives` are other warehouses that exist, each once; a partner's neither helps nor is
    helped.
    """

    status = 422


@dataclass(frozen=True, slots=True)
class Keeping:
    """How a warehouse keeps the SKUs in question: by bin, by lot, or neither.

    `bins` are those of the asked ones that exist; `stowed` the SKUs that are kept apart already.
    """

    mode: Mode
    has_bins: bool
    bins: frozenset[str]
    by_lot: frozenset[str]
    stowed: frozenset[str]
    expiries: Mapping[tuple[str, str], date]
    """By SKU and lot, of those that are known."""

    def apart(self, sku: str) -> bool:
        """Whether what lies of it is kept by bin or lot."""
        if self.mode is Mode.DIRECT:
            return False
        return self.has_bins or sku in self.by_lot or sku in self.stowed


@dataclass(frozen=True, slots=True)
class Warehouse:
    warehouse_id: UUID
    code: str
    name: str
    mode: Mode
    one_person: bool
    version: int = 1
    alternatives: tuple[UUID, ...] = ()
    """That help out with what is not here, the first one first (P-17)."""


@dataclass(frozen=True, slots=True)
class InboundLine:
    """`bin`, `lot`: empty where there is none; a lot says when it expires."""

    sku: str
    quantity: int
    bin: str = ""
    lot: str = ""
    expires_on: date | None = None


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


def alternatives_refusal(
    warehouse: Warehouse, warehouses: Mapping[UUID, WarehouseRules]
) -> NoAlternative | None:
    """Why its alternatives cannot be these; `warehouses` are those of them that exist.

    With a partner, of whom we do not know when he can be told, an order would hang in two states.
    """
    asked = warehouse.alternatives
    wrong = [
        one
        for place, one in enumerate(asked)
        if one == warehouse.warehouse_id
        or one in asked[:place]
        or one not in warehouses
        or Mode.PARTNER in {warehouse.mode, warehouses[one].mode}
    ]
    return NoAlternative(alternatives=wrong) if wrong else None


def stowage_refusal(lines: Sequence[InboundLine], keeping: Keeping) -> InvalidRequest | None:
    """Why goods cannot be put away so: InvalidRequest that names each wrong line."""
    faults = [
        (f"/lines/{index}/{field}", fault)
        for index, line in enumerate(lines)
        for field, fault in _stowage_faults(line, keeping)
    ]
    faults += _two_expiries(lines)
    return InvalidRequest(*faults) if faults else None


def _stowage_faults(line: InboundLine, keeping: Keeping) -> Iterator[tuple[str, str]]:
    by_lot = line.sku in keeping.by_lot and keeping.mode is not Mode.DIRECT
    if by_lot and not line.lot:
        yield "lot", f"{line.sku} is kept by lot: say which one it is."
    if by_lot and line.lot and not line.expires_on:
        yield "expires_on", "Say when the lot expires."
    if not by_lot and (line.lot or line.expires_on):
        yield "lot", f"{line.sku} is not kept by lot here."
    if line.bin and line.bin not in keeping.bins:
        yield "bin", f"There is no bin {line.bin} in this warehouse."
    known = keeping.expiries.get((line.sku, line.lot))
    if known and line.expires_on and known != line.expires_on:
        yield "expires_on", f"This lot expires on {known}, as was said before."


def _two_expiries(lines: Sequence[InboundLine]) -> list[tuple[str, str]]:
    said: dict[tuple[str, str], date | None] = {}
    return [
        (f"/lines/{index}/expires_on", "Another line says another day for the same lot.")
        for index, line in enumerate(lines)
        if line.lot and said.setdefault((line.sku, line.lot), line.expires_on) != line.expires_on
    ]
