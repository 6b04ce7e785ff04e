"""Take dealers in: one, or many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import JsonValue, ValidationError

from chassis.auth import Actor, allowed
from chassis.http import RuntimeDep
from chassis.idempotency import IdempotencyKey, once
from chassis.ids import uuid7
from chassis.runtime import Runtime
from chassis.scope import acting
from services.dealers import queries
from services.dealers.commands import dealers as commands
from services.dealers.domain.dealers import (
    Company,
    Dealer,
    Standing,
)
from services.dealers.domain.refusals import DealerExists, NoPolicy, NotASalesperson
from services.dealers.domain.tiers import Policies, begun_with
from services.dealers.routes.dealers import shown_dealer, terms_of
from services.dealers.schemas.dealers import (
    DealerImport,
    DealerImportResult,
    DealerResponse,
    ImportedDealer,
    NewDealerRequest,
    RowFault,
    StandingRequest,
)
from services.dealers.store.people import salespeople
from services.dealers.store.tiers import policies

IMPORT_BYTES_MAX = 4 << 20
USERS_WAIT_SECONDS = 3.0
"""How long a command waits for users that the gateway has only just announced."""

router = APIRouter(prefix="/dealers", tags=["dealers"])
Adder = Annotated[Actor, Depends(allowed("dealers.add"))]


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
            return shown_dealer(actor, await queries.dealer(tx, dealer.dealer_id))

        return await once(tx, key, 201, add)


@router.post("/import", response_model=DealerImportResult, max_body_size=IMPORT_BYTES_MAX)
async def import_dealers(
    body: DealerImport, actor: Adder, runtime: RuntimeDep
) -> DealerImportResult:
    """Take in up to 1,000 dealers at once; who is one already stays as he is."""
    wanted, faults = read_rows(body.rows, await policies(runtime.db))
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
    rows: Sequence[dict[str, JsonValue]], policies: Policies
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
        try:
            dealers[place] = Dealer.fresh(uuid7(), _company(body), _standing(body, policies))
        except NoPolicy as refusal:
            faults.append(_row_fault(place, row, ("terms",), refusal.title))
    return dealers, faults


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


async def standing_of(runtime: Runtime, body: StandingRequest) -> Standing:
    """The standing that a request asks for, once its salesperson is known here."""
    asked = [body.salesperson_id] if body.salesperson_id else []
    await queries.await_users(runtime.db, asked, seconds=USERS_WAIT_SECONDS)
    return _standing(body, await policies(runtime.db))


def _company(body: NewDealerRequest) -> Company:
    return Company(
        body.credit_code, body.name, body.province, body.city, body.contact_name, body.phone
    )


def _standing(body: StandingRequest, policies: Policies) -> Standing:
    own = terms_of(body.terms) if body.terms else None
    terms, credit_limit_minor = begun_with(body.tier, own, body.credit_limit_minor, policies)
    return Standing(
        body.tier,
        terms,
        credit_limit_minor,
        body.salesperson_id,
        body.warehouse_id,
    )


def _row_fault(
    place: int, row: Mapping[str, JsonValue], location: tuple[int | str, ...], fault: str
) -> RowFault:
    code = row.get("credit_code")
    field = ".".join(map(str, location)) or None
    return RowFault(row=place, credit_code=str(code) if code else None, field=field, fault=fault)
