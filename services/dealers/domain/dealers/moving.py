"""What a dealer may do at all: his status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chassis.errors import DomainError
from contracts import dealers as told
from contracts.dealers import DealerReinstated, DealerStopped, DealerSuspended
from contracts.message import Message
from services.dealers.domain.dealers.aggregate import Changed, Dealer, DealerStatus, Decision, Exit
from services.dealers.domain.refusals import DealerExited, DealerExiting

MOVES: Mapping[DealerStatus, frozenset[DealerStatus]] = {
    DealerStatus.ACTIVE: frozenset(
        {DealerStatus.SUSPENDED, DealerStatus.ON_STOP, DealerStatus.EXITING}
    ),
    DealerStatus.SUSPENDED: frozenset(
        {DealerStatus.ACTIVE, DealerStatus.ON_STOP, DealerStatus.EXITING}
    ),
    DealerStatus.ON_STOP: frozenset(
        {DealerStatus.ACTIVE, DealerStatus.SUSPENDED, DealerStatus.EXITING}
    ),
    DealerStatus.EXITING: frozenset({DealerStatus.ACTIVE, DealerStatus.EXITED}),
    DealerStatus.EXITED: frozenset(),
}


def suspend(reason: str) -> Decision:
    """No new orders; open ones go on (F-50)."""
    return lambda dealer: moved(
        dealer,
        DealerStatus.SUSPENDED,
        reason,
        DealerSuspended(dealer_id=dealer.dealer_id, reason=reason),
    )


def stop(reason: str) -> Decision:
    """No new orders, and open ones stop at the next gate (F-50)."""
    return lambda dealer: moved(
        dealer,
        DealerStatus.ON_STOP,
        reason,
        DealerStopped(dealer_id=dealer.dealer_id, reason=reason),
    )


def reinstate() -> Decision:
    """He may order again; who was leaving stays."""
    return lambda dealer: moved(
        dealer, DealerStatus.ACTIVE, None, DealerReinstated(dealer_id=dealer.dealer_id)
    )


def moved(
    dealer: Dealer,
    status: DealerStatus,
    reason: str | None,
    event: Message,
    step: told.ExitStep | None = None,
) -> Changed | DomainError:
    """Another status, told with its event; an exit begins at its step, and ends without one."""
    if dealer.status is status:
        return Changed(dealer)
    if status not in MOVES[dealer.status]:
        return DealerExited() if dealer.status is DealerStatus.EXITED else DealerExiting()
    version = dealer.version + 1
    leaving = Exit(step, version) if step else None
    after = replace(dealer, status=status, reason=reason, version=version, exit=leaving)
    return Changed(after, (event, after.state))
