"""What a dealer may do at all: his status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chassis.errors import DomainError
from contracts.dealers import DealerReinstated, DealerStatus, DealerStopped, DealerSuspended
from contracts.message import Message
from services.dealers.domain.dealers.aggregate import Changed, Dealer, Decision
from services.dealers.domain.refusals import DealerExited

MOVES: Mapping[DealerStatus, frozenset[DealerStatus]] = {
    DealerStatus.ACTIVE: frozenset({DealerStatus.SUSPENDED, DealerStatus.ON_STOP}),
    DealerStatus.SUSPENDED: frozenset({DealerStatus.ACTIVE, DealerStatus.ON_STOP}),
    DealerStatus.ON_STOP: frozenset({DealerStatus.ACTIVE, DealerStatus.SUSPENDED}),
    DealerStatus.EXITED: frozenset(),
}


def suspend(reason: str) -> Decision:
    """No new orders; open ones go on (F-50)."""
    return lambda dealer: _moved(
        dealer,
        DealerStatus.SUSPENDED,
        reason,
        DealerSuspended(dealer_id=dealer.dealer_id, reason=reason),
    )


def stop(reason: str) -> Decision:
    """No new orders, and open ones stop at the next gate (F-50)."""
    return lambda dealer: _moved(
        dealer,
        DealerStatus.ON_STOP,
        reason,
        DealerStopped(dealer_id=dealer.dealer_id, reason=reason),
    )


def reinstate() -> Decision:
    """He may order again."""
    return lambda dealer: _moved(
        dealer, DealerStatus.ACTIVE, None, DealerReinstated(dealer_id=dealer.dealer_id)
    )


def _moved(
    dealer: Dealer, status: DealerStatus, reason: str | None, event: Message
) -> Changed | DomainError:
    if dealer.status is status:
        return Changed(dealer)
    if status not in MOVES[dealer.status]:
        return DealerExited()
    after = replace(dealer, status=status, reason=reason, version=dealer.version + 1)
    return Changed(after, (event, after.state))
