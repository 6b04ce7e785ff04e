"""Price lists: draft, enter prices, publish, retire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, allowed, allowed_actions
from chassis.errors import InvalidRequest
from chassis.http import IfMatch, RuntimeDep, check_version, json_response, with_etag
from chassis.idempotency import IdempotencyKey, once
from chassis.ids import uuid7
from chassis.pages import Page, PageQuery
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from services.catalog.access import ACCESS
from services.catalog.commands import price_lists as commands
from services.catalog.domain.audience import Audience
from services.catalog.domain.price_lists import (
    Entry,
    ListVersion,
    PriceList,
    VersionStatus,
    Window,
)
from services.catalog.queries import price_lists as queries
from services.catalog.schemas.fields import Tier
from services.catalog.schemas.price_lists import (
    DropEntriesRequest,
    EntriesRequest,
    EntryRequest,
    EntryResponse,
    PriceListRequest,
    PriceListResponse,
    PriceListSummary,
    WindowRequest,
)

ENTRIES_BYTES_MAX = 8 << 20

router = APIRouter(prefix="/price-lists", tags=["catalog"])
Viewer = Annotated[Actor, Depends(allowed("price-lists.view"))]
Drafter = Annotated[Actor, Depends(allowed("price-lists.draft"))]
Publisher = Annotated[Actor, Depends(allowed("price-lists.publish"))]
Retirer = Annotated[Actor, Depends(allowed("price-lists.retire"))]


@router.get("", response_model=Page[PriceListSummary])
async def list_price_lists(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    tier: Tier | None = None,
    dealer_id: UUID | None = None,
) -> Page[PriceListSummary]:
    """Price lists by code; a salesperson sees those that price something for his dealers."""
    async with reading(runtime, actor) as reader:
        return await queries.price_lists(reader, page, tier=tier, dealer_id=dealer_id)


@router.get("/{price_list_id}", response_model=PriceListResponse)
async def get_price_list(price_list_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """A price list with all its versions."""
    return await _answer(runtime, actor, price_list_id)


@router.get("/{price_list_id}/entries", response_model=Page[EntryResponse])
async def list_entries(
    price_list_id: UUID,
    version: Annotated[int, Query(ge=1, lt=1 << 31)],
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
) -> Page[EntryResponse]:
    """The prices of one version, by SKU and quantity."""
    async with reading(runtime, actor) as reader:
        return await queries.entries(reader, page, price_list_id, version)


@router.post("", status_code=201, response_model=PriceListResponse, max_body_size=ENTRIES_BYTES_MAX)
async def create_price_list(
    body: PriceListRequest, actor: Drafter, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """A new list with its first version as a draft, with prices already if there are some."""
    draft = ListVersion(
        1, VersionStatus.DRAFT, body.tax_inclusive, _window(body), drafted_by=actor.user_id
    )
    fresh = PriceList(uuid7(), body.code, body.name, _audience(body), 1, draft)
    async with acting(runtime, actor) as tx:

        async def create() -> PriceListResponse:
            await commands.create_list(tx, fresh, _entries(body.entries))
            return _shown(actor, await queries.price_list(tx, fresh.price_list_id))

        return await once(tx, key, 201, create)


@router.post("/{price_list_id}/draft", status_code=201, response_model=PriceListResponse)
async def draft_version(
    price_list_id: UUID,
    body: WindowRequest,
    actor: Drafter,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """The next version as a draft, with the prices of the last."""
    async with acting(runtime, actor) as tx:
        await commands.draft_version(
            tx,
            price_list_id,
            tax_inclusive=body.tax_inclusive,
            window=_window(body),
            drafted_by=actor.user_id,
            check=lambda revision: check_version(revision, if_match),
        )
    return await _answer(runtime, actor, price_list_id, status=201)


@router.post(
    "/{price_list_id}/entries", response_model=PriceListResponse, max_body_size=ENTRIES_BYTES_MAX
)
async def put_entries(
    price_list_id: UUID,
    body: EntriesRequest,
    actor: Drafter,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Enter prices into the draft; the breaks of each SKU that is named are replaced."""
    async with acting(runtime, actor) as tx:
        await commands.put_entries(
            tx,
            price_list_id,
            _entries(body.entries),
            replace_all=body.replace_all,
            check=lambda revision: check_version(revision, if_match),
        )
    return await _answer(runtime, actor, price_list_id)


@router.post("/{price_list_id}/drop-entries", response_model=PriceListResponse)
async def drop_entries(
    price_list_id: UUID,
    body: DropEntriesRequest,
    actor: Drafter,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Take SKUs off the draft."""
    async with acting(runtime, actor) as tx:
        await commands.drop_entries(
            tx, price_list_id, body.skus, check=lambda revision: check_version(revision, if_match)
        )
    return await _answer(runtime, actor, price_list_id)


@router.post("/{price_list_id}/publish", response_model=PriceListResponse)
async def publish_price_list(
    price_list_id: UUID, actor: Publisher, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Fix the draft for good: orders from now on, inside its window, are priced by it."""
    async with acting(runtime, actor) as tx:
        await commands.publish(
            tx,
            price_list_id,
            publisher=actor.user_id,
            now=datetime.now(UTC),
            second_person=runtime.settings.publish_needs_second_person,
            check=lambda revision: check_version(revision, if_match),
        )
    return await _answer(runtime, actor, price_list_id)


@router.post("/{price_list_id}/retire", response_model=PriceListResponse)
async def retire_price_list(
    price_list_id: UUID, actor: Retirer, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """End a list now: what was ordered before keeps its prices."""
    async with acting(runtime, actor) as tx:
        await commands.retire(
            tx,
            price_list_id,
            now=datetime.now(UTC),
            check=lambda revision: check_version(revision, if_match),
        )
    return await _answer(runtime, actor, price_list_id)


def _window(body: WindowRequest) -> Window:
    if body.valid_to and body.valid_to <= body.valid_from:
        raise InvalidRequest(("/valid_to", "The window must end after it begins."))
    return Window(body.valid_from, body.valid_to)


def _audience(body: PriceListRequest) -> Audience:
    if body.dealer_id and body.tier:
        raise InvalidRequest(("/tier", "A list is for a dealer or for a tier, not for both."))
    if body.province and not body.tier:
        raise InvalidRequest(("/tier", "A list for a province names a tier too."))
    return Audience(body.tier, body.province, body.dealer_id)


def _entries(rows: list[EntryRequest]) -> list[Entry]:
    return [Entry(row.sku, row.min_quantity, row.unit_price) for row in rows]


async def _answer(
    runtime: Runtime, actor: Actor, price_list_id: UUID, *, status: int = 200
) -> Response:
    async with reading(runtime, actor) as reader:
        shown = _shown(actor, await queries.price_list(reader, price_list_id))
    return with_etag(json_response(shown, status), shown.revision)


def _shown(actor: Actor, found: PriceListResponse) -> PriceListResponse:
    """With what the caller may do to it now."""
    newest = found.versions[0] if found.versions else None
    if newest and newest.status is VersionStatus.DRAFT:
        verbs = ["price-lists.draft", "price-lists.publish"]
    else:
        verbs = ["price-lists.draft"]
    if any(version.status is VersionStatus.PUBLISHED for version in found.versions):
        verbs.append("price-lists.retire")
    return found.model_copy(update={"allowed_actions": allowed_actions(ACCESS, actor, verbs)})
