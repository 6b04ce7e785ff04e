"""Change a dealer's standing: his status at once; tier, terms and salesperson at once or later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from chassis.auth import Actor, Role, allowed
from chassis.http import IfMatch, RuntimeDep, check_version
from chassis.ids import uuid7
from chassis.runtime import Runtime
from chassis.scope import acting
from contracts.dealers import InvoiceTitle
from services.dealers import queries
from services.dealers.commands import dealers as commands
from services.dealers.domain import dealers as domain
from services.dealers.domain.dealers import Change, ChangeKind, Decision, Tier
from services.dealers.routes.dealers import answer_dealer, own_dealer, terms_of
from services.dealers.routes.taking_in import USERS_WAIT_SECONDS
from services.dealers.schemas.dealers import (
    BindSalespersonRequest,
    ChangeTermsRequest,
    ChangeTierRequest,
    CorrectionRequest,
    DealerResponse,
    InvoiceTitleRequest,
    SuperiorRequest,
)
from services.dealers.schemas.fields import ReasonRequest

router = APIRouter(prefix="/dealers", tags=["dealers"])
Corrector = Annotated[Actor, Depends(allowed("dealers.correct"))]
TitleEditor = Annotated[Actor, Depends(allowed("dealers.edit-invoice-title"))]
Suspender = Annotated[Actor, Depends(allowed("dealers.suspend"))]
Stopper = Annotated[Actor, Depends(allowed("dealers.stop"))]
Reinstater = Annotated[Actor, Depends(allowed("dealers.reinstate"))]
Leaver = Annotated[Actor, Depends(allowed("dealers.exit"))]
Placer = Annotated[Actor, Depends(allowed("dealers.set-superior"))]
TierChanger = Annotated[Actor, Depends(allowed("dealers.change-tier"))]
TermsChanger = Annotated[Actor, Depends(allowed("dealers.change-terms"))]
Withdrawer = Annotated[Actor, Depends(allowed("dealers.withdraw-change"))]
Binder = Annotated[Actor, Depends(allowed("dealers.bind-salesperson"))]


@router.patch("/{dealer_id}", response_model=DealerResponse)
async def correct_dealer(
    dealer_id: UUID,
    body: CorrectionRequest,
    actor: Corrector,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Correct name, place or contact, or change the warehouse or how long what he takes must keep;
    orders keep what they were given.
    """
    company = body.model_dump(exclude_none=True, exclude={"warehouse_id", "shelf_life_min_days"})
    decision = domain.corrected(company, body.warehouse_id, body.shelf_life_min_days)
    return await _decide(runtime, actor, dealer_id, decision, if_match)


@router.put("/{dealer_id}/invoice-title", response_model=DealerResponse)
async def set_invoice_title(
    dealer_id: UUID,
    body: InvoiceTitleRequest,
    actor: TitleEditor,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Whom invoices are made out to from now on; by himself, his salesperson, finance or an
    administrator.
    """
    decision = domain.invoiced_to(InvoiceTitle(**body.model_dump()))
    own = own_dealer(actor, "dealers.edit-invoice-title")
    return await _decide(runtime, actor, dealer_id, domain.authorized(own, decision), if_match)


@router.post("/{dealer_id}/suspend", response_model=DealerResponse)
async def suspend_dealer(
    dealer_id: UUID, body: ReasonRequest, actor: Suspender, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Refuse new orders; open ones go on."""
    return await _decide(runtime, actor, dealer_id, domain.suspend(body.reason), if_match)


@router.post("/{dealer_id}/stop", response_model=DealerResponse)
async def stop_dealer(
    dealer_id: UUID, body: ReasonRequest, actor: Stopper, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Refuse new orders, and stop open ones at their next gate."""
    return await _decide(runtime, actor, dealer_id, domain.stop(body.reason), if_match)


@router.post("/{dealer_id}/reinstate", response_model=DealerResponse)
async def reinstate_dealer(
    dealer_id: UUID, actor: Reinstater, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Let him order again."""
    return await _decide(runtime, actor, dealer_id, domain.reinstate(), if_match)


@router.post("/{dealer_id}/exit", response_model=DealerResponse)
async def exit_dealer(
    dealer_id: UUID, body: ReasonRequest, actor: Leaver, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Let him leave: no new orders; when no order is open and his account is settled, he has left
    and his logins end. Until then `reinstate` keeps him.
    """
    return await _decide(runtime, actor, dealer_id, domain.leave(body.reason), if_match)


@router.post("/{dealer_id}/set-superior", response_model=DealerResponse)
async def set_superior(
    dealer_id: UUID,
    body: SuperiorRequest,
    actor: Placer,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Let him belong to a dealer of a higher tier, or to nobody; ends when a tier does not fit."""
    async with acting(runtime, actor) as tx:
        await commands.place_under(
            tx,
            dealer_id,
            body.superior_id,
            check=lambda version: check_version(version, if_match),
        )
    return await answer_dealer(runtime, actor, dealer_id)


@router.post("/{dealer_id}/change-tier", response_model=DealerResponse)
async def change_tier(
    dealer_id: UUID,
    body: ChangeTierRequest,
    actor: TierChanger,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Another tier, now or later: orders submitted from then on have its prices."""
    change = _change(actor, dealer_id, ChangeKind.TIER, {"tier": body.tier}, body.effective_from)
    return await _set(runtime, actor, change, if_match)


@router.post("/{dealer_id}/change-terms", response_model=DealerResponse)
async def change_terms(
    dealer_id: UUID,
    body: ChangeTermsRequest,
    actor: TermsChanger,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Other terms, and another credit limit, now or later; open orders keep theirs.

    A high limit, by tier, is for finance to grant.
    """
    value = domain.terms_value(terms_of(body.terms), body.credit_limit_minor)
    change = _change(actor, dealer_id, ChangeKind.TERMS, value, body.effective_from)
    return await _set(runtime, actor, change, if_match)


@router.post("/{dealer_id}/bind-salesperson", response_model=DealerResponse)
async def bind_salesperson(
    dealer_id: UUID,
    body: BindSalespersonRequest,
    actor: Binder,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Another salesperson, now or later; the old one loses sight of the dealer then."""
    await queries.await_users(runtime.db, [body.salesperson_id], seconds=USERS_WAIT_SECONDS)
    value = {"salesperson_id": str(body.salesperson_id)}
    change = _change(actor, dealer_id, ChangeKind.SALESPERSON, value, body.effective_from)
    return await _set(runtime, actor, change, if_match)


@router.delete("/{dealer_id}/changes/{change_id}", status_code=204)
async def withdraw_change(
    dealer_id: UUID, change_id: UUID, actor: Withdrawer, runtime: RuntimeDep
) -> None:
    """Let a change of tier, terms or salesperson that is still to come never hold."""
    async with acting(runtime, actor) as tx:
        await commands.withdraw_change(tx, dealer_id, change_id)


async def _decide(
    runtime: Runtime, actor: Actor, dealer_id: UUID, decision: Decision, if_match: int | None
) -> Response:
    async with acting(runtime, actor) as tx:
        await commands.change_dealer(
            tx, dealer_id, decision, check=lambda version: check_version(version, if_match)
        )
    return await answer_dealer(runtime, actor, dealer_id)


async def _set(runtime: Runtime, actor: Actor, change: Change, if_match: int | None) -> Response:
    async with acting(runtime, actor) as tx:
        await commands.set_change(
            tx,
            change,
            now=datetime.now(UTC),
            check=lambda version: check_version(version, if_match),
            alone_max_minor=_alone_max_minor(runtime, actor),
        )
    return await answer_dealer(runtime, actor, change.dealer_id)


def _alone_max_minor(runtime: Runtime, actor: Actor) -> Mapping[Tier, int]:
    """What he grants without finance (F-49)."""
    if Role.FIN in actor.roles:
        return commands.FINANCE
    limits: Mapping[Tier, int] = runtime.settings.credit_without_finance_minor
    return limits


def _change(
    actor: Actor,
    dealer_id: UUID,
    kind: ChangeKind,
    value: Mapping[str, Any],
    effective_from: datetime | None,
) -> Change:
    return Change(
        uuid7(), dealer_id, kind, value, effective_from or datetime.now(UTC), actor.user_id
    )
