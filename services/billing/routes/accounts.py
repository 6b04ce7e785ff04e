"""Accounts of dealers: balances, entries, and paying for an order from the wallet."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, Resource, allowed, allowed_actions, authorize
from chassis.http import IfMatch, RuntimeDep, json_response, with_etag
from chassis.idempotency import IdempotencyKey, once
from chassis.pages import Page, PageQuery
from chassis.scope import acting, reading
from services.billing.access import ACCESS
from services.billing.commands import receipts as commands
from services.billing.domain.allocations import PayOrder
from services.billing.queries import accounts as queries
from services.billing.schemas.accounts import (
    Account,
    AccountResponse,
    EntryResponse,
    PayOrderRequest,
    PayOrderResponse,
)
from services.billing.schemas.fields import Name

router = APIRouter(prefix="/accounts", tags=["billing"])
Viewer = Annotated[Actor, Depends(allowed("accounts.view"))]
Payer = Annotated[Actor, Depends(allowed("accounts.pay-order"))]


@router.get("", response_model=Page[Account])
async def list_accounts(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    q: Annotated[Name | None, Query(description="Start of a code, or part of a name.")] = None,
) -> Page[Account]:
    """The accounts that the caller may see."""
    async with reading(runtime, actor) as reader:
        return await queries.accounts(reader, page, text=q)


@router.get("/{dealer_id}", response_model=AccountResponse)
async def get_account(dealer_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """What a dealer may owe, owes, and has paid in advance."""
    async with reading(runtime, actor) as reader:
        account = await queries.account(reader, dealer_id)
    return with_etag(json_response(_shown(account, actor)), account.version)


@router.get("/{dealer_id}/entries", response_model=Page[EntryResponse])
async def list_entries(
    dealer_id: UUID, actor: Viewer, runtime: RuntimeDep, page: PageQuery
) -> Page[EntryResponse]:
    """The journal of a dealer, newest first."""
    async with reading(runtime, actor) as reader:
        await queries.account(reader, dealer_id)
        return await queries.entries(reader, page, dealer_id)


@router.post("/{dealer_id}/pay-order", response_model=PayOrderResponse)
async def pay_order(
    dealer_id: UUID,
    body: PayOrderRequest,
    actor: Payer,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Pay for an order from the wallet: what is due, or less. What it does not need stays there."""
    authorize(ACCESS, actor, "accounts.pay-order", Resource(dealer_id=dealer_id))
    ask = PayOrder(dealer_id, body.order_id, body.amount_minor, version=if_match)
    async with acting(runtime, actor) as tx:

        async def pay() -> PayOrderResponse:
            (refusal,) = await commands.pay_orders(tx, [ask])
            if refusal:
                raise refusal
            order = await queries.order_funds(tx, body.order_id)
            account = await queries.account(tx, dealer_id)
            return PayOrderResponse(order=order, account=_shown(account, actor))

        return await once(tx, key, 200, pay)


def _shown(account: Account, actor: Actor) -> AccountResponse:
    possible = ["accounts.pay-order"] if account.wallet_minor else []
    resource = Resource(dealer_id=account.dealer_id)
    actions = allowed_actions(ACCESS, actor, possible, resource)
    return AccountResponse(**account.model_dump(), allowed_actions=actions)
