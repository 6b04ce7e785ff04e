"""Who may do what to orders (domain §5.9)."""

from __future__ import annotations

from chassis.auth import STAFF, Access, Role, roles

ACCESS: Access = {
    "orders.view": roles(STAFF, Role.DLR, Role.MACHINE),
    "orders.submit": roles(Role.DLR, Role.SAL, Role.ADM, Role.MACHINE),
    "carts.use": roles(Role.DLR, Role.SAL, Role.ADM, Role.MACHINE),
    "orders.confirm": roles(Role.SAL),
    "orders.reject": roles(Role.SAL),
    "orders.hold": roles(Role.SAL, Role.FIN, Role.ADM),
    "orders.release-hold": roles(Role.SAL, Role.ADM),
    "orders.release-credit-hold": roles(Role.FIN, Role.ADM),
    "orders.cancel": roles(Role.DLR, Role.SAL, Role.ADM),
    "orders.cancel-confirmed": roles(Role.SAL, Role.ADM),
    "orders.amend": roles(Role.DLR, Role.SAL, Role.ADM),
    "orders.amend-started": roles(Role.SAL, Role.ADM),
    "orders.close-remainder": roles(Role.SAL, Role.ADM),
    "sagas.view": roles(Role.ADM, Role.FIN),
    "sagas.retry": roles(Role.ADM),
    "sagas.propose": roles(Role.ADM, Role.FIN),
    "sagas.approve": roles(Role.ADM, Role.FIN),
}
