"""Papers of an application: handed in as files, looked at by whoever judges it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from chassis.auth import Actor, allowed
from chassis.clock import BUSINESS_TIME
from chassis.errors import NotFound
from chassis.http import RuntimeDep
from chassis.idempotency import IdempotencyKey, once
from chassis.ids import uuid7
from chassis.scope import acting, reading
from services.dealers import queries
from services.dealers.commands import documents as commands
from services.dealers.domain import documents as domain
from services.dealers.domain.documents import FILE_BYTES_MAX, Document, DocumentKind
from services.dealers.schemas.documents import DocumentResponse, FileName
from services.dealers.store.documents import documents_of
from services.dealers.store.files import fetch_file, keep_file

router = APIRouter(prefix="/dealer-applications/{application_id}/documents", tags=["dealers"])
Viewer = Annotated[Actor, Depends(allowed("applications.view"))]
Adder = Annotated[Actor, Depends(allowed("applications.add-document"))]
Remover = Annotated[Actor, Depends(allowed("applications.remove-document"))]

FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
UPLOAD: dict[str, Any] = {
    "requestBody": {"required": True, "content": dict.fromkeys(domain.BEGINNINGS, FILE)}
}
DOWNLOAD: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": dict.fromkeys(domain.BEGINNINGS, FILE)}
}


@router.get("", response_model=list[DocumentResponse])
async def list_documents(
    application_id: UUID, actor: Viewer, runtime: RuntimeDep
) -> list[DocumentResponse]:
    """The papers of an application, in the order of their coming."""
    async with reading(runtime, actor) as reader:
        await queries.application(reader, application_id)
        return [_shown(one) for one in await documents_of(reader, [application_id])]


@router.post(
    "",
    status_code=201,
    response_model=DocumentResponse,
    max_body_size=FILE_BYTES_MAX,
    openapi_extra=UPLOAD,
)
async def add_document(  # noqa: PLR0913, PLR0917  (a file has no JSON for its facts)
    application_id: UUID,
    request: Request,
    actor: Adder,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    kind: DocumentKind,
    file_name: FileName,
    valid_until: Annotated[date | None, Query(description="Null: for ever 长期.")] = None,
) -> Response:
    """Hand in a paper: the file is the body, a PDF or a picture of up to 5 MiB."""
    content = await request.body()
    media_type = domain.media_type_of(request.headers.get("content-type", ""), content)
    async with reading(runtime, actor) as reader:
        await queries.application(reader, application_id)
    digest = await keep_file(runtime.settings.files_url, application_id, content)
    document = Document(
        document_id=uuid7(),
        application_id=application_id,
        kind=kind,
        file_name=file_name,
        media_type=media_type,
        size_bytes=len(content),
        sha256=digest,
        valid_until=valid_until,
        added_by=actor.user_id,
        added_at=datetime.now(UTC),
    )
    async with acting(runtime, actor) as tx:

        async def add() -> DocumentResponse:
            await commands.add_document(tx, document)
            return _shown(document)

        return await once(tx, key, 201, add)


@router.get("/{document_id}", response_class=Response, responses=DOWNLOAD)
async def get_document(
    application_id: UUID, document_id: UUID, actor: Viewer, runtime: RuntimeDep
) -> Response:
    """The file of a paper, to be saved."""
    async with reading(runtime, actor) as reader:
        held = await documents_of(reader, [application_id])
    document = next((one for one in held if one.document_id == document_id), None)
    if document is None:
        raise NotFound
    content = await fetch_file(runtime.settings.files_url, application_id, document.sha256)
    return Response(
        content,
        media_type=document.media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(document.file_name)}",
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.delete("/{document_id}", status_code=204)
async def remove_document(
    application_id: UUID, document_id: UUID, actor: Remover, runtime: RuntimeDep
) -> None:
    """Take a paper back, while the application is a draft or was returned."""
    async with acting(runtime, actor) as tx:
        await commands.remove_document(
            tx, application_id, document_id, by=actor.user_id, now=datetime.now(UTC)
        )


def _shown(document: Document) -> DocumentResponse:
    return DocumentResponse(
        document_id=document.document_id,
        kind=document.kind,
        file_name=document.file_name,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        valid_until=document.valid_until,
        expired=domain.expired(document, datetime.now(BUSINESS_TIME).date()),
        added_at=document.added_at,
    )
