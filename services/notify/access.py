"""Who may do what in notify. Whose rows he sees is up to row-level security."""

from __future__ import annotations

from chassis.auth import STAFF, Access, Role, roles

ACCESS: Access = {
    "todos.view": roles(STAFF, Role.DLR, Role.APPLICANT),
    "messages.view": roles(STAFF, Role.DLR, Role.APPLICANT),
    "messages.read": roles(STAFF, Role.DLR, Role.APPLICANT),
    "messages.choose": roles(STAFF, Role.DLR, Role.APPLICANT),
}
