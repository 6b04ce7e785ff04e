"""Which roles may do what at the gateway itself; what a service is asked for, it decides."""

from __future__ import annotations

from chassis.auth import Access, Role, roles

EVERYBODY = roles(frozenset(Role))

ACCESS: Access = {
    "session.view": EVERYBODY,
    "session.close": EVERYBODY,
    "session.set-password": EVERYBODY,
    "users.view": roles(Role.ADM),
    "users.create": roles(Role.ADM),
    "users.change": roles(Role.ADM),
    "users.set-password": roles(Role.ADM),
    "roles.view": roles(Role.ADM),
    "invitations.create": roles(Role.ADM, Role.SAL),
    "api-clients.view": roles(Role.ADM),
    "api-clients.create": roles(Role.ADM),
    "api-clients.change": roles(Role.ADM),
    "audit-log.view": roles(Role.ADM),
    "status.view": roles(Role.ADM),
}
