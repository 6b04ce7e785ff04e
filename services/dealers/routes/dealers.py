"""Dealers: look them up, take them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import JsonValue, ValidationError

from chassis.auth import Actor, Resource, allowed, allowed_actions, authorize, may
from chassis.http import RuntimeDep, json_response, with_etag
from chassis.idempotency import IdempotencyKey, once
from chassis.ids import uuid7
from chassis.pages import Page, PageQuery
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from contracts.dealers import DealerStatus, Terms
from services.dealers import queries
from services.dealers.access import ACCESS
from services.dealers.commands import dealers as commands
from services.dealers.domain.dealers import Authorize, Company, Dealer, Standing, Tier
from services.dealers.domain.refusals import DealerExists, NotASalesperson
from services.dealers.schemas.dealers import (
    ChangeResponse,
    DealerImport,
    DealerImportResult,
    DealerResponse,
    DealerSummary,
    ImportedDealer,
    NewDealerRequest,
    RowFault,
    StandingRequest,
    TermsRequest,
)
from services.dealers.store.people import salespeople

CURRENCY = "CNY"
IMPORT_BYTES_MAX = 4 << 20
USERS_WAIT_SECONDS = 3.0
"""How long a command waits for users that the gateway has only just announced."""
VERBS: Mapping[DealerStatus, tuple[str, ...]] = {
    DealerStatus.ACTIVE: ("dealers.suspend", "dealers.stop"),
    DealerStatus.SUSPENDED: ("dealers.reinstate", "dealers.stop"),
    DealerStatus.ON_STOP: ("dealers.reinstate", "dealers.suspend"),
    DealerStatus.EXITED: (),
}
CHANGES = (
    "dealers.correct",
    "dealers.edit-invoice-title",
    "dealers.change-tier",
    "dealers.change-terms",
    "dealers.bind-salesperson",
)

router = APIRouter(prefix="/dealers", tags=["dealers"])
Viewer = Annotated[Actor, Depends(allowed("dealers.view"))]
Adder = Annotated[Actor, Depends(allowed("dealers.add"))]
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


@router.post("", status_code=201, response_model=DealerResponse)
async def add_dealer(
    body: NewDealerRequest, actor: Adder, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Take in one dealer who comes without an application."""
    wanted = Dealer.fresh(uuid7(), _company(body), await standing_of(runtime, body))
    async with acting(runtime, actor) as tx:

        async def add() -> DealerResponse:
            [dealer] = await commands.import_dealers(
                tx, [wanted], by=actor.user_id, now=datetime.now(UTC)
            )
            if dealer.dealer_id != wanted.dealer_id:
                raise DealerExists(dealer_id=dealer.dealer_id, code=dealer.code)
            return shown_dealer(actor, *await queries.dealer(tx, dealer.dealer_id))

        return await once(tx, key, 201, add)


@router.post("/import", response_model=DealerImportResult, max_body_size=IMPORT_BYTES_MAX)
async def import_dealers(
    body: DealerImport, actor: Adder, runtime: RuntimeDep
) -> DealerImportResult:
    """Take in up to 1,000 dealers at once; who is one already stays as he is."""
    wanted, faults = read_rows(body.rows)
    faults += await _without_salesperson(runtime, wanted)
    async with acting(runtime, actor) as tx:
        stored = await commands.import_dealers(
            tx, list(wanted.values()), by=actor.user_id, now=datetime.now(UTC)
        )
    dealers = [
        ImportedDealer(
            row=row,
            dealer_id=dealer.dealer_id,
            code=dealer.code,
            credit_code=dealer.company.credit_code,
            created=dealer.dealer_id == asked.dealer_id,
        )
        for (row, asked), dealer in zip(wanted.items(), stored, strict=True)
    ]
    created = sum(dealer.created for dealer in dealers)
    return DealerImportResult(
        created=created, existing=len(dealers) - created, dealers=dealers, faults=faults
    )


def read_rows(
    rows: Sequence[dict[str, JsonValue]],
) -> tuple[dict[int, Dealer], list[RowFault]]:
    """Dealers by row, and what is wrong with the other rows; the first of equal codes counts."""
    dealers: dict[int, Dealer] = {}
    faults: list[RowFault] = []
    seen: set[str] = set()
    for place, row in enumerate(rows):
        try:
            body = NewDealerRequest.model_validate(row)
        except ValidationError as error:
            faults += [_row_fault(place, row, one["loc"], one["msg"]) for one in error.errors()]
            continue
        if body.credit_code in seen:
            repeated = "An earlier row has this credit code."
            faults.append(_row_fault(place, row, ("credit_code",), repeated))
            continue
        seen.add(body.credit_code)
        dealers[place] = Dealer.fresh(uuid7(), _company(body), _standing(body))
    return dealers, faults


async def standing_of(runtime: Runtime, body: StandingRequest) -> Standing:
    """The standing that a request asks for, once its salesperson is known here."""
    asked = [body.salesperson_id] if body.salesperson_id else []
    await queries.await_users(runtime.db, asked, seconds=USERS_WAIT_SECONDS)
    return _standing(body)


def shown_dealer(
    actor: Actor, dealer: Dealer, salesperson_name: str | None, activated_at: datetime
) -> DealerResponse:
    """A dealer as the caller sees him."""
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
        salesperson_name=salesperson_name,
        warehouse_id=standing.warehouse_id,
        shelf_life_min_days=dealer.shelf_life_min_days,
        invoice_title=dealer.invoice_title if open_terms else None,
        ship_to=dealer.ship_to,
        application_id=dealer.application_id,
        activated_at=activated_at,
        version=dealer.version,
        allowed_actions=allowed_actions(ACCESS, actor, (*VERBS[dealer.status], *changes), about),
    )


async def _without_salesperson(runtime: Runtime, wanted: dict[int, Dealer]) -> list[RowFault]:
    """Take out the rows whose salesperson is none."""
    sellers = {one.standing.salesperson_id for one in wanted.values()} - {None}
    asked = [seller for seller in sellers if seller]
    await queries.await_users(runtime.db, asked, seconds=USERS_WAIT_SECONDS)
    strangers = sellers - await salespeople(runtime.db, asked)
    return [
        RowFault(
            row=row,
            credit_code=wanted.pop(row).company.credit_code,
            field="salesperson_id",
            fault=NotASalesperson().title,
        )
        for row, one in list(wanted.items())
        if one.standing.salesperson_id in strangers
    ]


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
        shown = shown_dealer(actor, *await queries.dealer(reader, dealer_id))
    return with_etag(json_response(shown), shown.version)


def _company(body: NewDealerRequest) -> Company:
    return Company(
        body.credit_code, body.name, body.province, body.city, body.contact_name, body.phone
    )


def _standing(body: StandingRequest) -> Standing:
    return Standing(
        body.tier,
        terms_of(body.terms),
        body.credit_limit_minor,
        body.salesperson_id,
        body.warehouse_id,
    )


def terms_of(body: TermsRequest) -> Terms:
    """The terms that a request asks for."""
    return Terms.model_validate(body.model_dump())


def _row_fault(
    place: int, row: Mapping[str, JsonValue], location: tuple[int | str, ...], fault: str
) -> RowFault:
    code = row.get("credit_code")
    field = ".".join(map(str, location)) or None
    return RowFault(row=place, credit_code=str(code) if code else None, field=field, fault=fault)
