"""Add papers to an application, and take them away again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from chassis.clock import BUSINESS_TIME
from chassis.db import Tx
from chassis.errors import NotFound
from services.dealers.commands.scoring import rescore
from services.dealers.domain import documents as domain
from services.dealers.domain.applications import Application
from services.dealers.domain.documents import Document, DocumentKind
from services.dealers.store import applications
from services.dealers.store import documents as store


async def add_document(tx: Tx, document: Document) -> None:
    """Raises NotFound, ApplicationMoved, TooManyDocuments."""
    known = await _locked(tx, document.application_id)
    held = await store.documents_of(tx, [document.application_id])
    if fault := domain.adding_fault(known, held, by=document.added_by):
        raise fault
    await store.insert_documents(tx, [document])
    await rescore(tx, [document.application_id])


async def remove_document(
    tx: Tx, application_id: UUID, document_id: UUID, *, by: UUID, now: datetime
) -> None:
    """Raises NotFound, ApplicationMoved."""
    known = await _locked(tx, application_id)
    if fault := domain.removing_fault(known, by=by):
        raise fault
    held = await store.documents_of(tx, [application_id])
    if document_id not in {one.document_id for one in held}:
        raise NotFound
    await store.remove_documents(tx, [document_id], now)
    await rescore(tx, [application_id])


async def check_documents(
    tx: Tx, application_id: UUID, required: Collection[DocumentKind], now: datetime
) -> None:
    """Raises DocumentsMissing, DocumentExpired."""
    held = await store.documents_of(tx, [application_id])
    if fault := domain.approval_fault(required, held, now.astimezone(BUSINESS_TIME).date()):
        raise fault


async def _locked(tx: Tx, application_id: UUID) -> Application:
    known = (await applications.lock_applications(tx, [application_id])).get(application_id)
    if known is None:
        raise NotFound
    return known
