"""Note a dealer's addresses and contacts, change them, and take them off."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFound
from services.dealers.commands.dealers import Check, change_dealers
from services.dealers.domain import places as domain
from services.dealers.domain.dealers import Authorize, DealerStatus, shipped_to
from services.dealers.domain.places import ENTRIES_MAX, Address, Contact, TooManyEntries
from services.dealers.domain.refusals import DealerExited
from services.dealers.store import places as store
from services.dealers.store.dealers import lock_dealers


async def add_address(tx: Tx, wanted: Address, now: datetime, authorize: Authorize) -> Address:
    """Raises NotFound, DealerExited, TooManyEntries."""
    await _lock_dealer(tx, wanted.dealer_id, authorize)
    return await _place(tx, await store.addresses_of(tx, wanted.dealer_id), wanted, now)


async def change_address(
    tx: Tx, wanted: Address, now: datetime, authorize: Authorize, check: Check
) -> Address:
    """Its kind stays. Raises NotFound, DealerExited, StaleVersion."""
    await _lock_dealer(tx, wanted.dealer_id, authorize)
    held = await store.addresses_of(tx, wanted.dealer_id)
    known = next((one for one in held if one.address_id == wanted.address_id), None)
    if known is None:
        raise NotFound
    check(known.version)
    after = replace(wanted, kind=known.kind, version=known.version + 1)
    return await _place(tx, held, after, now)


async def remove_address(
    tx: Tx, dealer_id: UUID, address_id: UUID, now: datetime, authorize: Authorize
) -> None:
    """Raises NotFound, DealerExited."""
    await _lock_dealer(tx, dealer_id, authorize)
    held = await store.addresses_of(tx, dealer_id)
    known = next((one for one in held if one.address_id == address_id), None)
    if known is None:
        raise NotFound
    await store.delete_addresses(tx, [address_id])
    if heir := domain.heir(held, known):
        await store.save_address(tx, heir, now)
    await _tell_usual(tx, dealer_id)


async def add_contact(tx: Tx, wanted: Contact, now: datetime, authorize: Authorize) -> None:
    """Raises NotFound, DealerExited, TooManyEntries."""
    await _lock_dealer(tx, wanted.dealer_id, authorize)
    if len(await store.contacts_of(tx, wanted.dealer_id)) >= ENTRIES_MAX:
        raise TooManyEntries(entries_max=ENTRIES_MAX)
    await store.save_contact(tx, wanted, now)


async def change_contact(
    tx: Tx, wanted: Contact, now: datetime, authorize: Authorize, check: Check
) -> Contact:
    """Raises NotFound, DealerExited, StaleVersion."""
    await _lock_dealer(tx, wanted.dealer_id, authorize)
    known = await _contact(tx, wanted.dealer_id, wanted.contact_id)
    check(known.version)
    after = replace(wanted, version=known.version + 1)
    await store.save_contact(tx, after, now)
    return after


async def remove_contact(tx: Tx, dealer_id: UUID, contact_id: UUID, authorize: Authorize) -> None:
    """Raises NotFound, DealerExited."""
    await _lock_dealer(tx, dealer_id, authorize)
    await _contact(tx, dealer_id, contact_id)
    await store.delete_contacts(tx, [contact_id])


async def _lock_dealer(tx: Tx, dealer_id: UUID, authorize: Authorize) -> None:
    """One change of a dealer's addresses and contacts at a time."""
    dealer = (await lock_dealers(tx, [dealer_id])).get(dealer_id)
    if dealer is None:
        raise NotFound
    authorize(dealer)
    if dealer.status is DealerStatus.EXITED:
        raise DealerExited


async def _place(tx: Tx, held: list[Address], wanted: Address, now: datetime) -> Address:
    changed = domain.placed(held, wanted)
    for one in changed:  # two at most: who steps back, and who comes
        await store.save_address(tx, one, now)
    await _tell_usual(tx, wanted.dealer_id)
    return changed[-1]


async def _tell_usual(tx: Tx, dealer_id: UUID) -> None:
    """Where his goods usually go is told with his state, if it is another place now."""
    usual = domain.usual_ship_to(await store.addresses_of(tx, dealer_id))
    await change_dealers(tx, [(dealer_id, shipped_to(usual))])


async def _contact(tx: Tx, dealer_id: UUID, contact_id: UUID) -> Contact:
    for one in await store.contacts_of(tx, dealer_id):
        if one.contact_id == contact_id:
            return one
    raise NotFound
