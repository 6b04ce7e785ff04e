"""Keep what catalog must know of dealers."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.consumer import envelope_of
from chassis.db import Tx
from contracts.dealers import DealerState
from services.catalog.store import dealers as store


async def keep_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Another tier prices what is ordered from the time of the change on (F-51)."""
    await store.keep_dealers(tx, [(state, envelope_of(state).time) for state in states])
