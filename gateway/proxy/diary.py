"""Writes down which requests services carried out, before their answer goes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from chassis.db import TRANSIENT, Database, transaction
from chassis.log import log
from gateway.audit import Entry
from gateway.audit.requests import Asked, entry_of_request
from gateway.proxy.lookup import Lookup
from gateway.store import audit


@dataclass(frozen=True, slots=True, eq=False)
class _Note:
    entry: Entry


class Diary:
    """Whoever got an answer finds his request in the log; what comes together shares a commit."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._write = Lookup(self._write_all)

    async def note(self, asked: Asked) -> None:
        """The change has happened, so nothing stops it here: what cannot be written is logged."""
        entry = entry_of_request(asked)
        try:
            await self._write(_Note(entry))
        except TRANSIENT as fault:
            log.error("audit_entry_not_written", entry=entry, error=repr(fault))

    async def _write_all(self, notes: Collection[_Note]) -> Mapping[_Note, None]:
        """One that cannot be stored does not take the others along. Raises TRANSIENT faults."""
        try:
            async with transaction(self._db) as tx:
                await audit.record(tx, [note.entry for note in notes])
        except TRANSIENT:
            raise
        except Exception as fault:
            if len(notes) == 1:
                log.exception("audit_entry_not_written", entries=list(notes), error=repr(fault))
            else:
                for note in notes:
                    await self._write_all([note])
        return {}
