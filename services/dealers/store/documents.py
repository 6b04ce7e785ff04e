"""Documents of applications; the files themselves are in `files`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from chassis.db import Reader, Tx
from services.dealers.domain.documents import Document, DocumentKind


async def documents_of(reader: Reader, application_ids: Sequence[UUID]) -> list[Document]:
    """What these applications have, in the order of its coming."""
    rows = await reader.fetch(
        """
        SELECT document_id, application_id, kind, file_name, media_type, size_bytes, sha256,
               valid_until, added_by, added_at
        FROM application_documents
        WHERE application_id = ANY($1::uuid[]) AND removed_at IS NULL
        ORDER BY application_id, document_id
        """,
        application_ids,
    )
    return [document_of(row) for row in rows]


async def insert_documents(tx: Tx, documents: Sequence[Document]) -> None:
    await tx.execute(
        """
        INSERT INTO application_documents (document_id, application_id, kind, file_name, media_type,
            size_bytes, sha256, valid_until, added_by, added_at)
        SELECT document_id, application_id, kind, file_name, media_type, size_bytes, sha256,
               valid_until, added_by, added_at
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[],
                    $7::text[], $8::date[], $9::uuid[], $10::timestamptz[])
             AS new(document_id, application_id, kind, file_name, media_type, size_bytes, sha256,
                    valid_until, added_by, added_at)
        """,
        [one.document_id for one in documents],
        [one.application_id for one in documents],
        [one.kind for one in documents],
        [one.file_name for one in documents],
        [one.media_type for one in documents],
        [one.size_bytes for one in documents],
        [one.sha256 for one in documents],
        [one.valid_until for one in documents],
        [one.added_by for one in documents],
        [one.added_at for one in documents],
    )


async def remove_documents(tx: Tx, ids: Sequence[UUID], removed_at: datetime) -> None:
    """They are shown no more; their files stay."""
    await tx.execute(
        """
        UPDATE application_documents SET removed_at = $2
        WHERE document_id = ANY($1::uuid[]) AND removed_at IS NULL
        """,
        ids,
        removed_at,
    )


def document_of(row: Record) -> Document:
    return Document(**dict(row) | {"kind": DocumentKind(row["kind"])})
