"""Issues, transfers, counts and what is expected, as the caller may see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from asyncpg import Record

from chassis.auth import Actor, Resource, may
from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import PageRequest
from services.inventory.access import ACCESS, workplaces
from services.inventory.domain.documents import POSSIBLE, Kind, Status
from services.inventory.schemas import DocumentLine
from services.inventory.schemas.arriving import ArrivalResponse
from services.inventory.schemas.documents import (
    CountLine,
    CountResponse,
    DocumentFilter,
    DocumentSummary,
    DueFilter,
    IssueResponse,
    TransferLine,
    TransferResponse,
)

Summary = TypeVar("Summary", bound=DocumentSummary)

RESOURCES = {
    Kind.ISSUE: "issues",
    Kind.TRANSFER: "transfers",
    Kind.COUNT: "stock-counts",
    Kind.ARRIVAL: "expected-inbounds",
}
"""Where they are found in the API, and how their actions are called in `ACCESS`."""


async def documents(
    reader: Reader,
    actor: Actor,
    kind: Kind,
    asked: DocumentFilter,
    page: PageRequest,
    shown: type[Summary],
) -> list[Summary]:
    """Newest first: one more than the page has, if there are."""
    rows = await _documents(reader, actor, kind, asked, page)
    return [shown(**_facts(row, actor)) for row in rows]


async def issue(reader: Reader, actor: Actor, document_id: UUID) -> IssueResponse:
    """Raises NotFound."""
    facts = _facts(await _document(reader, actor, Kind.ISSUE, document_id), actor)
    lines = [DocumentLine(**line) for line in await _lines(reader, document_id)]
    return IssueResponse(**facts, lines=lines)


async def transfer(reader: Reader, actor: Actor, document_id: UUID) -> TransferResponse:
    """Raises NotFound."""
    facts = _facts(await _document(reader, actor, Kind.TRANSFER, document_id), actor)
    lines = [TransferLine(**line) for line in await _lines(reader, document_id)]
    return TransferResponse(**facts, lines=lines)


async def arrival(reader: Reader, actor: Actor, document_id: UUID) -> ArrivalResponse:
    """Raises NotFound."""
    facts = _facts(await _document(reader, actor, Kind.ARRIVAL, document_id), actor)
    lines = [TransferLine(**line) for line in await _lines(reader, document_id)]
    return ArrivalResponse(**facts, lines=lines)


async def count(reader: Reader, actor: Actor, document_id: UUID) -> CountResponse:
    """Raises NotFound."""
    facts = _facts(await _document(reader, actor, Kind.COUNT, document_id), actor)
    lines = [_count_line(line) for line in await _lines(reader, document_id)]
    return CountResponse(**facts, lines=lines)


async def _document(reader: Reader, actor: Actor, kind: Kind, document_id: UUID) -> Record:
    first = PageRequest(None, 1)
    rows = await _documents(reader, actor, kind, DocumentFilter(), first, document_id)
    if not rows:
        raise NotFound
    return rows[0]


async def _documents(
    reader: Reader,
    actor: Actor,
    kind: Kind,
    asked: DocumentFilter,
    page: PageRequest,
    only: UUID | None = None,
) -> Sequence[Record]:
    (before,) = page.key(UUID)
    rows: Sequence[Record] = await reader.fetch(
        """
        SELECT document_id, kind, number, warehouse_id, to_warehouse_id, status, reason, note,
               author_ids, drafted_at, approved_by, posted_by, posted_at, received_by,
               received_at, inbound_id, source, expected_on, closing, version, line.line_count,
               line.counted, line.quantity, line.received
        FROM stock_documents
        CROSS JOIN LATERAL (
            SELECT count(*) AS line_count, count(quantity) AS counted,
                   coalesce(sum(quantity), 0)::bigint AS quantity,
                   coalesce(sum(received), 0)::bigint AS received
            FROM stock_document_lines AS line
            WHERE line.document_id = stock_documents.document_id
        ) AS line
        WHERE kind = $1
          AND ($2::uuid IS NULL OR document_id < $2)
          AND ($3::uuid IS NULL OR document_id = $3)
          AND ($4::uuid[] IS NULL OR warehouse_id = ANY($4) OR to_warehouse_id = ANY($4))
          AND ($5::uuid IS NULL OR $5 IN (warehouse_id, to_warehouse_id))
          AND ($6::text[] IS NULL OR status = ANY($6))
          AND starts_with(number, $7)
          AND ($9::date IS NULL OR expected_on <= $9)
        ORDER BY document_id DESC
        LIMIT $8
        """,
        kind,
        before,
        only,
        workplaces(actor),
        asked.warehouse_id,
        asked.status,
        asked.q,
        page.fetch,
        asked.expected_until if isinstance(asked, DueFilter) else None,
    )
    return rows


async def _lines(reader: Reader, document_id: UUID) -> Sequence[Record]:
    rows: Sequence[Record] = await reader.fetch(
        """
        SELECT line_no, sku, coalesce(name, '') AS name, coalesce(unit, '') AS unit, quantity,
               expected, book, received
        FROM stock_document_lines LEFT JOIN products USING (sku)
        WHERE document_id = $1
        ORDER BY line_no
        """,
        document_id,
    )
    return rows


def _count_line(row: Record) -> CountLine:
    counted, book = row["quantity"], row["book"]
    seen = counted is not None
    return CountLine(
        line_no=row["line_no"],
        sku=row["sku"],
        name=row["name"],
        unit=row["unit"],
        counted=counted,
        expected=row["expected"] if seen else None,
        moved=book - row["expected"] if seen else None,
        difference=counted - book if seen else None,
    )


def _facts(row: Record, actor: Actor) -> dict[str, object]:
    return dict(row) | {"allowed_actions": _actions(row, actor)}


def _actions(row: Record, actor: Actor) -> list[str]:
    """What the caller may do with it now; a transfer on its way is its receivers' work."""
    kind, status = Kind(row["kind"]), Status(row["status"])
    place = row["to_warehouse_id"] if status is Status.IN_TRANSIT else row["warehouse_id"]
    his_own = actor.user_id in row["author_ids"] or row["approved_by"] is not None
    return [
        action
        for action in POSSIBLE.get((kind, status), ())
        if may(ACCESS, actor, f"{RESOURCES[kind]}.{action}", Resource(warehouse_id=place))
        and not (action == "approve" and his_own)
    ]
