"""Who may do what in billing. Finance records money; whoever sells does not."""

from __future__ import annotations

from uuid import UUID

from chassis.auth import Access, Actor, Role, roles

LOOKING = (Role.FIN, Role.ADM, Role.SAL, Role.DLR)

ACCESS: Access = {
    "accounts.view": roles(*LOOKING),
    "statements.view": roles(*LOOKING),
    "accounts.pay-order": roles(Role.FIN, Role.DLR),
    "payments.view": roles(*LOOKING),
    "payments.record": roles(Role.FIN),
    "payments.allocate": roles(Role.FIN),
    "payments.reverse": roles(Role.FIN),
    "limit-grants.view": roles(*LOOKING),
    "limit-grants.request": roles(Role.FIN),
    "limit-grants.approve": roles(Role.FIN, Role.ADM),
    "limit-grants.reject": roles(Role.FIN, Role.ADM),
    "limit-grants.revoke": roles(Role.FIN, Role.ADM),
    "refunds.view": roles(*LOOKING),
    "refunds.request": roles(Role.FIN, Role.DLR),
    "refunds.approve": roles(Role.FIN),
    "refunds.reject": roles(Role.FIN),
    "refunds.pay": roles(Role.FIN),
    "refunds.fail": roles(Role.FIN),
    "reconciliations.view": roles(Role.FIN, Role.ADM),
    "reconciliations.import": roles(Role.FIN),
    "reconciliations.decide": roles(Role.FIN),
    "dunnings.view": roles(*LOOKING),
    "closed-days.view": roles(Role.FIN, Role.ADM),
    "closed-days.close": roles(Role.FIN),
    "credit-notes.view": roles(*LOOKING),
    "credit-notes.request": roles(Role.FIN),
    "credit-notes.issue": roles(Role.FIN),
    "credit-notes.reject": roles(Role.FIN),
    "invoices.view": roles(*LOOKING),
    "receivables.view": roles(*LOOKING),
}


def whose(actor: Actor, asked: UUID | None) -> UUID | None:
    """The dealer whose rows a list is about. A dealer's own, so that the index on it serves him:
    row-level security hides the others' rows, but only after they were read.
    """
    return asked or actor.dealer_id
