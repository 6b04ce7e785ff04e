"""Who may do what in reports. Whose rows he sees is up to row-level security."""

from __future__ import annotations

from chassis.auth import STAFF, Access, Role, roles

ACCESS: Access = {
    "timeline.view": roles(STAFF, Role.DLR),
    "funnel.view": roles(STAFF),
    "sales.view": roles(Role.ADM, Role.FIN, Role.SAL),
    "owed-goods.view": roles(STAFF, Role.DLR),
}
