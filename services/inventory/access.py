"""Who may do what in the warehouses (domain §5.9)."""

from __future__ import annotations

from uuid import UUID

from chassis.auth import STAFF, Access, Actor, Role, roles

ACCESS: Access = {
    "warehouses.view": roles(STAFF, Role.MACHINE),
    "warehouses.create": roles(Role.ADM),
    "warehouses.change": roles(Role.ADM),
    "stock.view": roles(STAFF, Role.MACHINE),
    "stock.promise": roles(STAFF, Role.DLR, Role.MACHINE),
    "stock.restow": roles(Role.WHS, Role.PCK),
    "stock.trace": roles(Role.ADM, Role.SAL, Role.WHS),
    "bins.view": roles(Role.ADM, Role.WHS, Role.PCK),
    "bins.set": roles(Role.ADM, Role.WHS),
    "thresholds.view": roles(STAFF),
    "thresholds.set": roles(Role.ADM, Role.WHS),
    "inbounds.view": roles(Role.ADM, Role.FIN, Role.WHS, Role.PCK),
    "inbounds.post": roles(Role.WHS),
    "expected-inbounds.view": roles(Role.ADM, Role.FIN, Role.SAL, Role.WHS, Role.PCK),
    "expected-inbounds.draft": roles(Role.ADM, Role.WHS),
    "expected-inbounds.receive": roles(Role.WHS),
    "expected-inbounds.reschedule": roles(Role.ADM, Role.WHS),
    "expected-inbounds.close": roles(Role.ADM, Role.WHS),
    "issues.view": roles(Role.ADM, Role.FIN, Role.WHS, Role.PCK),
    "issues.draft": roles(Role.WHS),
    "issues.approve": roles(Role.ADM, Role.WHS),
    "issues.post": roles(Role.WHS),
    "issues.cancel": roles(Role.WHS),
    "transfers.view": roles(Role.ADM, Role.FIN, Role.WHS, Role.PCK),
    "transfers.draft": roles(Role.WHS),
    "transfers.ship": roles(Role.WHS),
    "transfers.receive": roles(Role.WHS),
    "transfers.cancel": roles(Role.WHS),
    "stock-counts.view": roles(Role.ADM, Role.FIN, Role.WHS, Role.PCK),
    "stock-counts.draft": roles(Role.WHS),
    "stock-counts.enter": roles(Role.WHS, Role.PCK),
    "stock-counts.approve": roles(Role.ADM, Role.WHS),
    "stock-counts.post": roles(Role.WHS),
    "stock-counts.cancel": roles(Role.WHS),
    "pick-tasks.view": roles(Role.ADM, Role.PCK, Role.WHS, Role.SAL),
    "pick-tasks.start": roles(Role.PCK),
    "pick-tasks.confirm": roles(Role.PCK),
    "pick-tasks.short": roles(Role.PCK),
    "pick-tasks.put-back": roles(Role.PCK),
    "outbounds.post": roles(Role.WHS),
    "shipments.view": roles(STAFF, Role.DLR),
    "shipments.dispatch": roles(Role.DLV),
    "shipments.deliver": roles(Role.DLV),
    "shipments.receive": roles(Role.DLR),
}


def workplaces(actor: Actor) -> list[UUID] | None:
    """The warehouses that the actor works in; None: all."""
    return None if actor.warehouse_ids is None else list(actor.warehouse_ids)
