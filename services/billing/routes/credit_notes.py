"""Credit notes 红字: parts of invoices taken back, asked for by one person, issued by another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, Resource, allowed, allowed_actions
from chassis.db import Reader
from chassis.errors import InvalidRequest
from chassis.http import IfMatch, RuntimeDep, json_response, with_etag
from chassis.idempotency import IdempotencyKey, Key, once
from chassis.ids import uuid7
from chassis.pages import Page, PageQuery
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from services.billing.access import ACCESS, whose
from services.billing.commands import credit_notes as commands
from services.billing.domain.credit_notes import (
    CREDIT_NOTE_STEPS,
    CreditNoteStep,
    RequestCreditNote,
    TakeCreditNoteStep,
)
from services.billing.queries import credit_notes as queries
from services.billing.schemas.credit_notes import (
    CreditNoteFilters,
    CreditNoteRequest,
    CreditNoteResponse,
    CreditNoteSummary,
)
from services.billing.schemas.fields import WhyRequest

router = APIRouter(prefix="/credit-notes", tags=["billing"])
Viewer = Annotated[Actor, Depends(allowed("credit-notes.view"))]
Asker = Annotated[Actor, Depends(allowed("credit-notes.request"))]
Issuer = Annotated[Actor, Depends(allowed("credit-notes.issue"))]
Rejecter = Annotated[Actor, Depends(allowed("credit-notes.reject"))]


@router.get("", response_model=Page[CreditNoteSummary])
async def list_credit_notes(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    filters: Annotated[CreditNoteFilters, Query()],
) -> Page[CreditNoteSummary]:
    """Credit notes, newest first."""
    narrowed = filters.model_copy(update={"dealer_id": whose(actor, filters.dealer_id)})
    async with reading(runtime, actor) as reader:
        return await queries.credit_notes(reader, page, narrowed)


@router.get("/{credit_note_id}", response_model=CreditNoteResponse)
async def get_credit_note(credit_note_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """A credit note with its lines, and what can be done with it."""
    async with reading(runtime, actor) as reader:
        note = await _shown(reader, actor, credit_note_id)
    return with_etag(json_response(note), note.version)


@router.post("", status_code=201, response_model=CreditNoteResponse)
async def request_credit_note(
    body: CreditNoteRequest, actor: Asker, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Ask to take back a part of an invoice, by the stored share of its lines."""
    ask = RequestCreditNote(uuid7(), body.invoice_id, _quantities(body), body.reason, actor.user_id)
    async with acting(runtime, actor) as tx:

        async def request() -> CreditNoteResponse:
            await commands.request_credit_note(tx, ask)
            return await _shown(tx, actor, ask.credit_note_id)

        return await once(tx, key, 201, request)


@router.post("/{credit_note_id}/issue", response_model=CreditNoteResponse)
async def issue_credit_note(
    credit_note_id: UUID, actor: Issuer, runtime: RuntimeDep, key: IdempotencyKey, if_match: IfMatch
) -> Response:
    """Issue what somebody else asked for: less is owed, and what was paid too much returns."""
    step = _step(credit_note_id, CreditNoteStep.ISSUE, actor, "", if_match)
    return await _take(runtime, actor, key, step)


@router.post("/{credit_note_id}/reject", response_model=CreditNoteResponse)
async def reject_credit_note(
    credit_note_id: UUID,
    body: WhyRequest,
    actor: Rejecter,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Leave the invoice as it is."""
    step = _step(credit_note_id, CreditNoteStep.REJECT, actor, body.reason, if_match)
    return await _take(runtime, actor, key, step)


def _quantities(body: CreditNoteRequest) -> dict[int, int]:
    """Raises InvalidRequest where a line is named twice."""
    quantities: dict[int, int] = {}
    for place, line in enumerate(body.lines):
        if line.line_no in quantities:
            raise InvalidRequest((f"/lines/{place}/line_no", "Name each line once."))
        quantities[line.line_no] = line.quantity
    return quantities


def _step(
    credit_note_id: UUID, step: CreditNoteStep, actor: Actor, text: str, version: int | None
) -> TakeCreditNoteStep:
    at = datetime.now(UTC)
    return TakeCreditNoteStep(credit_note_id, step, actor.user_id, at, text, version)


async def _take(runtime: Runtime, actor: Actor, key: Key, step: TakeCreditNoteStep) -> Response:
    async with acting(runtime, actor) as tx:

        async def take() -> CreditNoteResponse:
            (refusal,) = await commands.take_credit_note_steps(tx, [step])
            if refusal:
                raise refusal
            return await _shown(tx, actor, step.credit_note_id)

        return await once(tx, key, 200, take)


async def _shown(reader: Reader, actor: Actor, credit_note_id: UUID) -> CreditNoteResponse:
    note = await queries.credit_note(reader, credit_note_id)
    own = note.requested_by == actor.user_id
    possible = [
        f"credit-notes.{step}"
        for step in CREDIT_NOTE_STEPS[note.state]
        if not (own and step is CreditNoteStep.ISSUE)
    ]
    actions = allowed_actions(ACCESS, actor, possible, Resource(dealer_id=note.dealer_id))
    return note.model_copy(update={"allowed_actions": actions})
