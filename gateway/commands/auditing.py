"""Write down what people did through other services."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.consumer import delivery_of
from chassis.db import Tx
from contracts.message import Event, State
from gateway.audit import Known, by_a_person, entry_of, subject_of
from gateway.store import audit as store


async def record_events(tx: Tx, events: Sequence[Event]) -> None:
    """What people did; each event once, however often it comes."""
    await store.record_once(tx, [entry_of(event, delivery_of(event)) for event in events])


async def record_states(tx: Tx, states: Sequence[State]) -> None:
    """Keep the newest state of everything; where a person changed it, what was different before."""
    known = await store.lock_known(tx, {subject_of(state) for state in states})
    entries = []
    for state in states:
        subject_id, delivery = subject_of(state), delivery_of(state)
        before = known.get(subject_id)
        if before is None or state.version > before.version:
            if by_a_person(delivery):
                entries.append(entry_of(state, delivery, before))
            known[subject_id] = Known(state.version, state.model_dump(mode="json"))
    await store.save_known(tx, known)
    await store.record_once(tx, entries)
