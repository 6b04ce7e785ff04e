"""A dealer leaves: no new orders, then no open ones, then nothing in his account (F-50).

The steps follow each other: what orders say of an order that has ended stands in billing's books
by then, so that the balance is asked for only when nothing can add to it.
"""

from __future__ import annotations

from dataclasses import replace

from chassis.errors import DomainError
from contracts.dealers import DealerExitBegun, DealerExited, ExitStep
from services.dealers.domain.dealers.aggregate import (
    Balance,
    Changed,
    Dealer,
    DealerStatus,
    Decision,
    Exit,
)
from services.dealers.domain.dealers.moving import moved


def leave(reason: str) -> Decision:
    """He leaves once nothing of him is open."""

    def decide(dealer: Dealer) -> Changed | DomainError:
        begun = DealerExitBegun(dealer_id=dealer.dealer_id, name=dealer.company.name, reason=reason)
        return moved(dealer, DealerStatus.EXITING, reason, begun, ExitStep.ORDERS)

    return decide


def orders_counted(open_orders: int, dealer_version: int) -> Decision:
    """So many of his orders are open; after the last one his balance is asked for."""

    def decide(dealer: Dealer) -> Changed:
        leaving = _at(dealer, ExitStep.ORDERS, dealer_version)
        if leaving is None:
            return Changed(dealer)
        if open_orders:
            return Changed(replace(dealer, exit=replace(leaving, open_orders=open_orders)))
        version = dealer.version + 1
        settling = Exit(ExitStep.BALANCE, version, open_orders=0)
        after = replace(dealer, exit=settling, version=version)
        return Changed(after, (after.state,))

    return decide


def balance_told(balance: Balance, dealer_version: int) -> Decision:
    """So much stands in his account; he has left when that is nothing."""

    def decide(dealer: Dealer) -> Changed | DomainError:
        leaving = _at(dealer, ExitStep.BALANCE, dealer_version)
        if leaving is None:
            return Changed(dealer)
        if not balance.settled:
            return Changed(replace(dealer, exit=replace(leaving, balance=balance)))
        exited = DealerExited(dealer_id=dealer.dealer_id, name=dealer.company.name)
        return moved(dealer, DealerStatus.EXITED, dealer.reason, exited)

    return decide


def _at(dealer: Dealer, step: ExitStep, dealer_version: int) -> Exit | None:
    """His exit, where it stands at this step and the answer is about it."""
    leaving = dealer.exit
    if leaving is None or leaving.step is not step or dealer_version < leaving.since_version:
        return None
    return leaving
