"""Draft price lists, publish them, retire them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis import outbox
from chassis.db import Tx
from chassis.errors import NotFound
from services.catalog.commands.products import Check
from services.catalog.domain import price_lists as domain
from services.catalog.domain.price_lists import (
    Entry,
    Imported,
    PriceList,
    PriceListCodeTaken,
    Window,
)
from services.catalog.domain.pricing import UnknownDealer, UnknownSku
from services.catalog.store import price_lists as store
from services.catalog.store.pricing import buyers
from services.catalog.store.products import known_skus


async def create_list(tx: Tx, fresh: PriceList, entries: Sequence[Entry]) -> PriceList:
    """Start a list with its first draft.

    Raises UnknownDealer, PriceListCodeTaken, UnknownSku, RepeatedBreak.
    """
    for_one = fresh.audience.dealer_id
    if for_one and for_one not in await buyers(tx, [for_one]):
        raise UnknownDealer
    if not await store.insert_list(tx, fresh):
        raise PriceListCodeTaken(code=fresh.code)
    await store.save_newest(tx, fresh)
    await _put_entries(tx, fresh, entries)
    return fresh


async def draft_version(
    tx: Tx,
    price_list_id: UUID,
    *,
    tax_inclusive: bool,
    window: Window,
    drafted_by: UUID,
    check: Check,
) -> PriceList:
    """Start the next version with the entries of the last; raises NotFound, DraftExists."""
    known = await _locked(tx, price_list_id, check)
    drafted = domain.next_draft(
        known, tax_inclusive=tax_inclusive, window=window, drafted_by=drafted_by
    )
    await store.save_newest(tx, drafted)
    await store.copy_entries(
        tx, price_list_id, version=known.newest.version, into=drafted.newest.version
    )
    await store.set_revision(tx, drafted)
    return drafted


async def put_entries(
    tx: Tx, price_list_id: UUID, entries: Sequence[Entry], *, replace_all: bool, check: Check
) -> PriceList:
    """Enter prices into the draft; raises NotFound, NoDraft, UnknownSku, RepeatedBreak.

    The breaks of a SKU are replaced together; with `replace_all` those of all other SKUs go too.
    """
    known = await _locked(tx, price_list_id, check)
    draft = known.draft
    gone = None if replace_all else sorted({entry.sku for entry in entries})
    await store.delete_entries(tx, price_list_id, draft.version, gone)
    await _put_entries(tx, known, entries)
    return await _revised(tx, known)


async def import_entries(  # noqa: PLR0913  (options of an import)
    tx: Tx,
    price_list_id: UUID,
    entries: Sequence[Entry],
    *,
    spared: Collection[str],
    replace_all: bool,
    rehearsed: bool,
    check: Check,
) -> Imported:
    """Bring a sheet of prices into the draft; raises NotFound, NoDraft.

    The breaks of a SKU are replaced together; with `replace_all` all other SKUs go, but those
    `spared`. `rehearsed`: only say what would become of them.
    """
    known = await _locked(tx, price_list_id, check)
    draft = known.draft
    named = {entry.sku for entry in entries}
    there = await known_skus(tx, named)
    wanted = [entry for entry in entries if entry.sku in there]
    standing = await store.entries(
        tx, price_list_id, draft.version, None if replace_all else sorted(there)
    )
    before = [entry for entry in standing if entry.sku not in spared]
    changes = domain.differences(before, wanted)
    if changes and not rehearsed:
        touched = sorted({change.sku for change in changes})
        await store.delete_entries(tx, price_list_id, draft.version, touched)
        await store.put_entries(tx, price_list_id, draft.version, wanted)
        await _revised(tx, known)
    changed = sum(change.after is not None for change in changes)
    return Imported(changes, len(wanted) - changed, named - there)


async def drop_entries(
    tx: Tx, price_list_id: UUID, skus: Sequence[str], *, check: Check
) -> PriceList:
    """Take SKUs off the draft; raises NotFound, NoDraft."""
    known = await _locked(tx, price_list_id, check)
    await store.delete_entries(tx, price_list_id, known.draft.version, skus)
    return await _revised(tx, known)


async def publish(
    tx: Tx,
    price_list_id: UUID,
    *,
    publisher: UUID,
    now: datetime,
    second_person: bool,
    check: Check,
) -> PriceList:
    """Fix the draft for good; raises NotFound, NoDraft, SamePerson, EmptyPriceList, WindowOver."""
    known = await _locked(tx, price_list_id, check)
    entries = await store.count_entries(tx, price_list_id, known.newest.version)
    published = domain.publish(
        known, entries=entries, publisher=publisher, now=now, second_person=second_person
    )
    await store.save_newest(tx, published)
    await store.set_revision(tx, published)
    await outbox.add(tx, [domain.publication(published)])
    return published


async def retire(tx: Tx, price_list_id: UUID, *, now: datetime, check: Check) -> None:
    """End all published versions of a list now; raises NotFound."""
    known = await _locked(tx, price_list_id, check)
    if await store.retire_versions(tx, price_list_id, now):
        await _revised(tx, known)


async def _locked(tx: Tx, price_list_id: UUID, check: Check) -> PriceList:
    if not await store.lock_list(tx, price_list_id):
        raise NotFound
    known = await store.price_list(tx, price_list_id)
    check(known.revision)
    return known


async def _put_entries(tx: Tx, known: PriceList, entries: Sequence[Entry]) -> None:
    domain.check_breaks(entries)
    skus = {entry.sku for entry in entries}
    if unknown := skus - await known_skus(tx, skus):
        raise UnknownSku(skus=sorted(unknown))
    await store.put_entries(tx, known.price_list_id, known.newest.version, entries)


async def _revised(tx: Tx, known: PriceList) -> PriceList:
    revised = replace(known, revision=known.revision + 1)
    await store.set_revision(tx, revised)
    return revised
