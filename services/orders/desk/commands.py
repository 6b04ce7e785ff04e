"""Retry at once; compensate and give up as one person proposes and another approves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from chassis import parking
from chassis.db import Tx
from chassis.errors import DomainError, NotFound
from chassis.ids import uuid7
from services.orders.commands.going_on import carry_out
from services.orders.desk import domain, store
from services.orders.desk.domain import PROPOSAL_LIVES, Action, Proposal
from services.orders.domain.order import Order
from services.orders.store import orders as order_store


async def retry(tx: Tx, order_id: UUID) -> tuple[Order, str | None]:
    """Ask the silent service again, and try what is parked: the order, and why that was parked.

    Raises NotFound, NothingAwaited.
    """
    now = datetime.now(UTC)
    error = await parking.hasten(tx, order_id.bytes)
    parked = None if error is None else parking.last_line(error)
    orders = await _lock(tx, order_id)
    moved = domain.decide(orders[order_id], Action.RETRY, "", now)
    if isinstance(moved, DomainError):
        if parked is None:
            raise moved
        return orders[order_id], parked
    await carry_out(tx, orders, {order_id: moved})
    return moved[0], parked


async def propose(tx: Tx, by: UUID, order_id: UUID, action: Action, reason: str) -> Proposal:
    """Ask another person to agree. Raises NotFound, ProposedAlready, what refuses the action."""
    now = datetime.now(UTC)
    await store.close_expired(tx, order_id)
    order = (await _lock(tx, order_id))[order_id]
    outcome = domain.decide(order, action, reason, now)
    if isinstance(outcome, DomainError):
        raise outcome
    proposal = Proposal(
        uuid7(), order_id, order.version, action, reason, by, now, now + PROPOSAL_LIVES
    )
    if not await store.insert_proposal(tx, proposal):
        raise domain.ProposedAlready
    return proposal


async def approve(tx: Tx, by: UUID, proposal_id: UUID) -> Proposal:
    """Do what another person proposed. Raises NotFound, and all that refuses it now."""
    now = datetime.now(UTC)
    proposal = await store.lock_proposal(tx, proposal_id)
    if proposal is None:
        raise NotFound
    orders = await _lock(tx, proposal.order_id)
    order = orders[proposal.order_id]
    approved = domain.approve(proposal, order, by, now)
    if isinstance(approved, DomainError):
        raise approved
    moved = domain.decide(order, proposal.action, proposal.reason, now)
    if isinstance(moved, DomainError):
        raise moved
    await carry_out(tx, orders, {order.order_id: moved})
    await store.save_decision(tx, approved)
    return approved


async def withdraw(tx: Tx, by: UUID, proposal_id: UUID) -> Proposal:
    """Let it be. Raises NotFound, ProposalOver."""
    proposal = await store.lock_proposal(tx, proposal_id)
    if proposal is None:
        raise NotFound
    withdrawn = domain.withdraw(proposal, by, datetime.now(UTC))
    if isinstance(withdrawn, DomainError):
        raise withdrawn
    await store.save_decision(tx, withdrawn)
    return withdrawn


async def _lock(tx: Tx, order_id: UUID) -> Mapping[UUID, Order]:
    """The one order, locked. Raises NotFound."""
    orders = await order_store.lock_orders(tx, [order_id])
    if order_id not in orders:
        raise NotFound
    return orders
