"""Who may do what in billing. Finance records money; whoever sells does not."""

from __future__ import annotations

from chassis.auth import Access, Role, roles

LOOKING = (Role.FIN, Role.ADM, Role.SAL, Role.DLR)

ACCESS: Access = {
    "accounts.view": roles(*LOOKING),
    "accounts.pay-order": roles(Role.FIN, Role.DLR),
    "payments.view": roles(*LOOKING),
    "payments.record": roles(Role.FIN),
    "payments.allocate": roles(Role.FIN),
    "payments.reverse": roles(Role.FIN),
    "invoices.view": roles(*LOOKING),
    "receivables.view": roles(*LOOKING),
}
