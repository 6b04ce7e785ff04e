"""Addresses and contacts of a dealer: kept by himself, his salesperson, or an administrator."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from chassis.auth import Actor, allowed
from chassis.http import IfMatch, RuntimeDep, check_version, json_response, with_etag
from chassis.idempotency import IdempotencyKey, once
from chassis.ids import uuid7
from chassis.scope import acting, reading
from services.dealers import queries
from services.dealers.commands import places as commands
from services.dealers.domain.places import Address, AddressKind, Contact
from services.dealers.routes.dealers import own_dealer
from services.dealers.schemas.places import (
    AddressRequest,
    AddressResponse,
    ContactRequest,
    ContactResponse,
    NewAddressRequest,
)
from services.dealers.store import places as store

router = APIRouter(prefix="/dealers/{dealer_id}", tags=["dealers"])
Viewer = Annotated[Actor, Depends(allowed("dealers.view"))]
ADDRESS, CONTACT = "dealers.edit-addresses", "dealers.edit-contacts"
AddressEditor = Annotated[Actor, Depends(allowed(ADDRESS))]
ContactEditor = Annotated[Actor, Depends(allowed(CONTACT))]


@router.get("/addresses", response_model=list[AddressResponse])
async def list_addresses(
    dealer_id: UUID, actor: Viewer, runtime: RuntimeDep
) -> list[AddressResponse]:
    """Where goods and papers go: by kind, the usual one first."""
    async with reading(runtime, actor) as reader:
        await queries.dealer(reader, dealer_id)
        return [_address(one) for one in await store.addresses_of(reader, dealer_id)]


@router.post("/addresses", status_code=201, response_model=AddressResponse)
async def add_address(
    dealer_id: UUID,
    body: NewAddressRequest,
    actor: AddressEditor,
    runtime: RuntimeDep,
    key: IdempotencyKey,
) -> Response:
    """Note an address; the first of its kind is the usual one."""
    wanted = Address(uuid7(), dealer_id, **body.model_dump())
    async with acting(runtime, actor) as tx:

        async def add() -> AddressResponse:
            now, own = datetime.now(UTC), own_dealer(actor, ADDRESS)
            return _address(await commands.add_address(tx, wanted, now, own))

        return await once(tx, key, 201, add)


@router.put("/addresses/{address_id}", response_model=AddressResponse)
async def change_address(
    dealer_id: UUID,
    address_id: UUID,
    body: AddressRequest,
    actor: AddressEditor,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Change an address, but for its kind; orders keep what they were given."""
    kind = AddressKind.SHIP_TO  # stays what it is
    wanted = Address(address_id, dealer_id, kind, **body.model_dump())
    async with acting(runtime, actor) as tx:
        changed = await commands.change_address(
            tx,
            wanted,
            datetime.now(UTC),
            own_dealer(actor, ADDRESS),
            lambda version: check_version(version, if_match),
        )
    return with_etag(json_response(_address(changed)), changed.version)


@router.delete("/addresses/{address_id}", status_code=204)
async def remove_address(
    dealer_id: UUID, address_id: UUID, actor: AddressEditor, runtime: RuntimeDep
) -> None:
    """Take an address off; orders keep what they were given."""
    async with acting(runtime, actor) as tx:
        await commands.remove_address(
            tx, dealer_id, address_id, datetime.now(UTC), own_dealer(actor, ADDRESS)
        )


@router.get("/contacts", response_model=list[ContactResponse])
async def list_contacts(
    dealer_id: UUID, actor: Viewer, runtime: RuntimeDep
) -> list[ContactResponse]:
    """Whom one calls at the dealer's."""
    async with reading(runtime, actor) as reader:
        await queries.dealer(reader, dealer_id)
        return [_contact(one) for one in await store.contacts_of(reader, dealer_id)]


@router.post("/contacts", status_code=201, response_model=ContactResponse)
async def add_contact(
    dealer_id: UUID,
    body: ContactRequest,
    actor: ContactEditor,
    runtime: RuntimeDep,
    key: IdempotencyKey,
) -> Response:
    """Note somebody."""
    wanted = Contact(uuid7(), dealer_id, **body.model_dump())
    async with acting(runtime, actor) as tx:

        async def add() -> ContactResponse:
            await commands.add_contact(tx, wanted, datetime.now(UTC), own_dealer(actor, CONTACT))
            return _contact(wanted)

        return await once(tx, key, 201, add)


@router.put("/contacts/{contact_id}", response_model=ContactResponse)
async def change_contact(
    dealer_id: UUID,
    contact_id: UUID,
    body: ContactRequest,
    actor: ContactEditor,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Another name, duty, phone or e-mail address."""
    wanted = Contact(contact_id, dealer_id, **body.model_dump())
    async with acting(runtime, actor) as tx:
        changed = await commands.change_contact(
            tx,
            wanted,
            datetime.now(UTC),
            own_dealer(actor, CONTACT),
            lambda version: check_version(version, if_match),
        )
    return with_etag(json_response(_contact(changed)), changed.version)


@router.delete("/contacts/{contact_id}", status_code=204)
async def remove_contact(
    dealer_id: UUID, contact_id: UUID, actor: ContactEditor, runtime: RuntimeDep
) -> None:
    """Take somebody off."""
    async with acting(runtime, actor) as tx:
        await commands.remove_contact(tx, dealer_id, contact_id, own_dealer(actor, CONTACT))


def _address(address: Address) -> AddressResponse:
    return AddressResponse.model_validate(asdict(address))


def _contact(contact: Contact) -> ContactResponse:
    return ContactResponse.model_validate(asdict(contact))
