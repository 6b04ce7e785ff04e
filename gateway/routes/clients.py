"""Administer machines that call: warehouses, carriers, dealers' own systems."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from chassis.auth import Actor, allowed
from chassis.errors import DomainError, NotFound
from chassis.http import RuntimeDep, json_response
from chassis.pages import Page, PageQuery
from chassis.scope import acting, reading
from gateway import queries
from gateway.commands import clients as commands
from gateway.schemas import ClientResponse, ClientSecretResponse, CreateClientRequest

router = APIRouter(prefix="/api-clients", tags=["api-clients"])

Viewer = Annotated[Actor, Depends(allowed("api-clients.view"))]
Creator = Annotated[Actor, Depends(allowed("api-clients.create"))]
Changer = Annotated[Actor, Depends(allowed("api-clients.change"))]


@router.get("")
async def list_clients(actor: Viewer, runtime: RuntimeDep, page: PageQuery) -> Page[ClientResponse]:
    """Machines by name."""
    async with reading(runtime, actor) as reader:
        return await queries.clients(reader, page)


@router.post("", status_code=201, response_model=ClientSecretResponse)
async def create_client(body: CreateClientRequest, actor: Creator, runtime: RuntimeDep) -> Response:
    """Make a machine known; its secret is shown this once."""
    async with acting(runtime, actor) as tx:
        outcome = await commands.create_client(tx, actor, body.name, body.assignment())
        if isinstance(outcome, DomainError):
            raise outcome
    client, secret = outcome
    return await _with_secret(runtime, actor, client.client_id, secret, status=201)


@router.get("/{client_id}")
async def show_client(client_id: UUID, actor: Viewer, runtime: RuntimeDep) -> ClientResponse:
    """One machine."""
    return await _shown(runtime, actor, client_id)


@router.post("/{client_id}/rotate-secret", response_model=ClientSecretResponse)
async def rotate_secret(client_id: UUID, actor: Changer, runtime: RuntimeDep) -> Response:
    """Give it a new secret, shown this once; the old one and its tokens end."""
    async with acting(runtime, actor) as tx:
        outcome = await commands.rotate_secret(tx, actor, client_id)
        if isinstance(outcome, DomainError):
            raise outcome
    return await _with_secret(runtime, actor, client_id, outcome[1], status=200)


@router.post("/{client_id}/revoke")
async def revoke_client(client_id: UUID, actor: Changer, runtime: RuntimeDep) -> ClientResponse:
    """Shut it out for good: its secret and its tokens end, within a minute everywhere."""
    async with acting(runtime, actor) as tx:
        outcome = await commands.revoke_client(tx, actor, client_id)
        if isinstance(outcome, DomainError):
            raise outcome
    return await _shown(runtime, actor, client_id)


async def _shown(runtime: RuntimeDep, actor: Actor, client_id: UUID) -> ClientResponse:
    async with reading(runtime, actor) as reader:
        client = await queries.client(reader, client_id)
    if client is None:
        raise NotFound
    return client


async def _with_secret(
    runtime: RuntimeDep, actor: Actor, client_id: UUID, secret: str, *, status: int
) -> Response:
    client = await _shown(runtime, actor, client_id)
    answer = ClientSecretResponse(**client.model_dump(), client_secret=secret)
    return json_response(answer, status)
