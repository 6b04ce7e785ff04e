"""Dealers: look them up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, Resource, allowed, allowed_actions, authorize, may
from chassis.http import RuntimeDep, json_response, with_etag
from chassis.pages import Page, PageQuery
from chassis.runtime import Runtime
from chassis.scope import reading
from contracts.dealers import Terms
from services.dealers import queries
from services.dealers.access import ACCESS
from services.dealers.domain.dealers import (
    Authorize,
    Dealer,
    DealerStatus,
    Exit,
    Tier,
)
from services.dealers.schemas.dealers import (
    BalanceResponse,
    ChangeResponse,
    DealerResponse,
    DealerSummary,
    ExitResponse,
    TermsRequest,
)

CURRENCY = "CNY"
VERBS: Mapping[DealerStatus, tuple[str, ...]] = {
    DealerStatus.ACTIVE: ("dealers.suspend", "dealers.stop", "dealers.exit"),
    DealerStatus.SUSPENDED: ("dealers.reinstate", "dealers.stop", "dealers.exit"),
    DealerStatus.ON_STOP: ("dealers.reinstate", "dealers.suspend", "dealers.exit"),
    DealerStatus.EXITING: ("dealers.reinstate",),
    DealerStatus.EXITED: (),
}
CHANGES = (
    "dealers.correct",
    "dealers.edit-invoice-title",
    "dealers.change-tier",
    "dealers.change-terms",
    "dealers.bind-salesperson",
    "dealers.set-superior",
)

router = APIRouter(prefix="/dealers", tags=["dealers"])
Viewer = Annotated[Actor, Depends(allowed("dealers.view"))]
HistoryViewer = Annotated[Actor, Depends(allowed("dealers.view-terms"))]


@router.get("", response_model=Page[DealerSummary])
async def list_dealers(  # noqa: PLR0913, PLR0917  (filters)
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    q: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    tier: Annotated[list[Tier] | None, Query()] = None,
    status: Annotated[list[DealerStatus] | None, Query()] = None,
    province: Annotated[str | None, Query(max_length=32)] = None,
    salesperson_id: UUID | None = None,
    superior_id: UUID | None = None,
) -> Page[DealerSummary]:
    """Dealers by code, as far as the caller may see them."""
    async with reading(runtime, actor) as reader:
        return await queries.dealers(
            reader,
            page,
            text=q,
            tiers=tier or (),
            statuses=status or (),
            province=province,
            salesperson_id=salesperson_id,
            superior_id=superior_id,
        )


@router.get("/{dealer_id}", response_model=DealerResponse)
async def get_dealer(dealer_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """One dealer."""
    return await answer_dealer(runtime, actor, dealer_id)


@router.get("/{dealer_id}/changes", response_model=list[ChangeResponse])
async def list_changes(
    dealer_id: UUID, actor: HistoryViewer, runtime: RuntimeDep
) -> list[ChangeResponse]:
    """Which tier, terms and salesperson held from when on, and what is still to come."""
    async with reading(runtime, actor) as reader:
        await queries.dealer(reader, dealer_id)
        return await queries.changes(reader, dealer_id)


def shown_dealer(actor: Actor, found: queries.Found) -> DealerResponse:
    """A dealer as the caller sees him."""
    dealer = found.dealer
    company, standing = dealer.company, dealer.standing
    about = Resource(dealer_id=dealer.dealer_id, salesperson_id=standing.salesperson_id)
    changes = () if dealer.status is DealerStatus.EXITED else CHANGES
    open_terms = may(ACCESS, actor, "dealers.view-terms")
    return DealerResponse(
        dealer_id=dealer.dealer_id,
        code=dealer.code,
        credit_code=company.credit_code,
        name=company.name,
        province=company.province,
        city=company.city,
        contact_name=company.contact_name,
        phone=company.phone,
        status=dealer.status,
        reason=dealer.reason,
        tier=standing.tier,
        terms=standing.terms if open_terms else None,
        credit_limit_minor=standing.credit_limit_minor if open_terms else None,
        currency=CURRENCY,
        salesperson_id=standing.salesperson_id,
        salesperson_name=found.salesperson_name,
        warehouse_id=standing.warehouse_id,
        shelf_life_min_days=dealer.shelf_life_min_days,
        invoice_title=dealer.invoice_title if open_terms else None,
        ship_to=dealer.ship_to,
        application_id=dealer.application_id,
        superior_id=dealer.superior_id,
        superiors=found.superiors,
        exit=_shown_exit(dealer.exit, open_terms=open_terms),
        activated_at=found.activated_at,
        version=dealer.version,
        allowed_actions=allowed_actions(ACCESS, actor, (*VERBS[dealer.status], *changes), about),
    )


def own_dealer(actor: Actor, action: str) -> Authorize:
    """A dealer changes his own, a salesperson those of his dealers, the others all."""

    def check(dealer: Dealer) -> None:
        salesperson_id = dealer.standing.salesperson_id
        about = Resource(dealer_id=dealer.dealer_id, salesperson_id=salesperson_id)
        authorize(ACCESS, actor, action, about)

    return check


async def answer_dealer(runtime: Runtime, actor: Actor, dealer_id: UUID) -> Response:
    """One dealer as the caller sees him now, with his version."""
    async with reading(runtime, actor) as reader:
        shown = shown_dealer(actor, await queries.dealer(reader, dealer_id))
    return with_etag(json_response(shown), shown.version)


def _shown_exit(leaving: Exit | None, *, open_terms: bool) -> ExitResponse | None:
    if leaving is None:
        return None
    balance = leaving.balance if open_terms else None
    return ExitResponse(
        step=leaving.step,
        open_orders=leaving.open_orders,
        balance=balance and BalanceResponse(**asdict(balance)),
    )


def terms_of(body: TermsRequest) -> Terms:
    """The terms that a request asks for."""
    return Terms.model_validate(body.model_dump())
