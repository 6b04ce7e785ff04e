"""SQL of proposals. Locks: parked key, proposal, order, in this order."""

from __future__ import annotations

from uuid import UUID

from chassis.db import Tx
from services.orders.desk.domain import Action, Proposal, ProposalState


async def insert_proposal(tx: Tx, proposal: Proposal) -> bool:
    """Store a new proposal; False where one is open for the order already."""
    stored: bool | None = await tx.fetchval(
        """
        INSERT INTO desk_proposals (proposal_id, order_id, order_version, action, reason,
                                    proposed_by, proposed_at, expires_at, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'OPEN')
        ON CONFLICT (order_id) WHERE state = 'OPEN' DO NOTHING
        RETURNING true
        """,
        proposal.proposal_id,
        proposal.order_id,
        proposal.order_version,
        proposal.action,
        proposal.reason,
        proposal.proposed_by,
        proposal.proposed_at,
        proposal.expires_at,
    )
    return bool(stored)


async def lock_proposal(tx: Tx, proposal_id: UUID) -> Proposal | None:
    """A proposal, which nobody else decides until the transaction ends."""
    row = await tx.fetchrow(
        """
        SELECT proposal_id, order_id, order_version, action, reason, proposed_by, proposed_at,
               expires_at, state, decided_by, decided_at
        FROM desk_proposals WHERE proposal_id = $1
        FOR NO KEY UPDATE
        """,
        proposal_id,
    )
    if row is None:
        return None
    facts = dict(row) | {"action": Action(row["action"]), "state": ProposalState(row["state"])}
    return Proposal(**facts)


async def save_decision(tx: Tx, proposal: Proposal) -> None:
    """Store who decided on a locked proposal, and how."""
    await tx.execute(
        """
        UPDATE desk_proposals SET state = $2, decided_by = $3, decided_at = $4
        WHERE proposal_id = $1
        """,
        proposal.proposal_id,
        proposal.state,
        proposal.decided_by,
        proposal.decided_at,
    )


async def close_expired(tx: Tx, order_id: UUID) -> None:
    """An expired proposal of the order makes room for the next; nobody but its author decided."""
    await tx.execute(
        """
        UPDATE desk_proposals
        SET state = 'WITHDRAWN', decided_by = proposed_by, decided_at = expires_at
        WHERE order_id = $1 AND state = 'OPEN' AND expires_at <= now()
        """,
        order_id,
    )
