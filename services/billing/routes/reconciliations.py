"""Reconciliation 资金核对: files of the bank, and what becomes of their lines."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from chassis.auth import Actor, allowed, allowed_actions
from chassis.db import Reader
from chassis.http import RuntimeDep
from chassis.idempotency import IdempotencyKey, once
from chassis.pages import Page, PageQuery
from chassis.scope import acting, reading
from services.billing.access import ACCESS
from services.billing.commands import reconciliations as commands
from services.billing.commands.reconciliations import Line
from services.billing.domain.bank_files import LineState
from services.billing.queries import reconciliations as queries
from services.billing.schemas.fields import WhyRequest
from services.billing.schemas.reconciliations import (
    BankFileRequest,
    BankLineResponse,
    ConfirmLineRequest,
    Reconciliation,
    ReconciliationException,
    ReconciliationResponse,
)

router = APIRouter(prefix="/reconciliations", tags=["billing"])
Viewer = Annotated[Actor, Depends(allowed("reconciliations.view"))]
Importer = Annotated[Actor, Depends(allowed("reconciliations.import"))]
Decider = Annotated[Actor, Depends(allowed("reconciliations.decide"))]
LineNo = Annotated[int, Path(ge=1, le=1_000_000)]


@router.get("", response_model=Page[Reconciliation])
async def list_reconciliations(
    actor: Viewer, runtime: RuntimeDep, page: PageQuery
) -> Page[Reconciliation]:
    """Files of the bank, newest first."""
    async with reading(runtime, actor) as reader:
        return await queries.reconciliations(reader, page)


@router.get("/{reconciliation_id}", response_model=ReconciliationResponse)
async def get_reconciliation(
    reconciliation_id: UUID, actor: Viewer, runtime: RuntimeDep
) -> ReconciliationResponse:
    """A file, and how many of its lines are decided."""
    async with reading(runtime, actor) as reader:
        return await _shown(reader, actor, reconciliation_id)


@router.get("/{reconciliation_id}/lines", response_model=Page[BankLineResponse])
async def list_bank_lines(
    reconciliation_id: UUID,
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    state: LineState | None = None,
) -> Page[BankLineResponse]:
    """The lines of a file with what is proposed for them, in its order."""
    async with reading(runtime, actor) as reader:
        await queries.reconciliation(reader, reconciliation_id)
        return await queries.bank_lines(reader, page, reconciliation_id, state)


@router.get("/{reconciliation_id}/exceptions", response_model=Page[ReconciliationException])
async def list_exceptions(
    reconciliation_id: UUID, actor: Viewer, runtime: RuntimeDep, page: PageQuery
) -> Page[ReconciliationException]:
    """How a file and the receipts of its days differ, as they stand now."""
    async with reading(runtime, actor) as reader:
        await queries.reconciliation(reader, reconciliation_id)
        return await queries.exceptions(reader, page, reconciliation_id)


@router.post("", status_code=201, response_model=ReconciliationResponse)
async def import_bank_file(
    body: BankFileRequest, actor: Importer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Import a file of the bank; the same file or line again changes nothing."""
    async with acting(runtime, actor) as tx:

        async def take_in() -> ReconciliationResponse:
            found = await commands.import_file(tx, body.file_name, body.csv, actor.user_id)
            return await _shown(tx, actor, found)

        return await once(tx, key, 201, take_in)


@router.post("/{reconciliation_id}/lines/{line_no}/confirm", response_model=BankLineResponse)
async def confirm_bank_line(
    reconciliation_id: UUID,
    line_no: LineNo,
    body: ConfirmLineRequest,
    actor: Decider,
    runtime: RuntimeDep,
    key: IdempotencyKey,
) -> Response:
    """Record the money of a line as a receipt, as proposed or as said."""
    line = Line(reconciliation_id, line_no, actor.user_id)
    async with acting(runtime, actor) as tx:

        async def confirm() -> BankLineResponse:
            await commands.confirm_line(tx, line, dealer_id=body.dealer_id, order_id=body.order_id)
            return await queries.bank_line(tx, reconciliation_id, line_no)

        return await once(tx, key, 200, confirm)


@router.post("/{reconciliation_id}/lines/{line_no}/reject", response_model=BankLineResponse)
async def reject_bank_line(
    reconciliation_id: UUID,
    line_no: LineNo,
    body: WhyRequest,
    actor: Decider,
    runtime: RuntimeDep,
    key: IdempotencyKey,
) -> Response:
    """Say that the money of a line is no dealer's."""
    line = Line(reconciliation_id, line_no, actor.user_id)
    async with acting(runtime, actor) as tx:

        async def reject() -> BankLineResponse:
            await commands.reject_line(tx, line, body.reason)
            return await queries.bank_line(tx, reconciliation_id, line_no)

        return await once(tx, key, 200, reject)


async def _shown(reader: Reader, actor: Actor, reconciliation_id: UUID) -> ReconciliationResponse:
    shown = await queries.reconciliation(reader, reconciliation_id)
    possible = ["reconciliations.decide"] if shown.open_count else []
    actions = allowed_actions(ACCESS, actor, possible)
    return shown.model_copy(update={"allowed_actions": actions})
