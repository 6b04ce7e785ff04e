"""Who may do what to orders (domain §5.9)."""

from __future__ import annotations

from chassis.auth import STAFF, Access, Role, roles
from contracts.orders import Hold
from services.orders.domain.holds import HOLD_OWNERS


def release_action(kind: Hold) -> str:
    """What releasing a hold of this kind is called."""
    return f"orders.release-{kind.lower()}-hold"


ACCESS: Access = {
    "orders.view": roles(STAFF, Role.DLR, Role.MACHINE),
    "orders.submit": roles(Role.DLR, Role.SAL, Role.ADM, Role.MACHINE),
    "carts.use": roles(Role.DLR, Role.SAL, Role.ADM, Role.MACHINE),
    "orders.confirm": roles(Role.SAL),
    "orders.reject": roles(Role.SAL, Role.ADM),
    "orders.hold": roles(Role.SAL, Role.FIN, Role.ADM),
    "orders.release-hold": roles(Role.ADM, *map(Role, HOLD_OWNERS.values())),
    **{release_action(kind): roles(Role.ADM, Role(owner)) for kind, owner in HOLD_OWNERS.items()},
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
