"""Who may do what to applications and dealers (domain §5.9)."""

from __future__ import annotations

from chassis.auth import STAFF, Access, Role, roles

ACCESS: Access = {
    "applications.submit": roles(Role.APPLICANT),
    "applications.add-document": roles(Role.APPLICANT),
    "applications.remove-document": roles(Role.APPLICANT),
    "applications.view": roles(Role.APPLICANT, Role.DLR, Role.SAL, Role.ADM, Role.FIN),
    "applications.compare": roles(Role.SAL, Role.ADM),
    "applications.set-sheet": roles(Role.ADM),
    "applications.shortlist": roles(Role.SAL, Role.ADM),
    "applications.assign": roles(Role.ADM),
    "applications.screen": roles(Role.SAL),
    "applications.return": roles(Role.SAL, Role.ADM),
    "applications.reject": roles(Role.SAL, Role.ADM),
    "applications.endorse-credit": roles(Role.FIN),
    "applications.approve": roles(Role.ADM),
    "dealers.view": roles(STAFF, Role.DLR, Role.MACHINE),
    "dealers.view-terms": roles(Role.ADM, Role.FIN, Role.SAL, Role.DLR, Role.MACHINE),
    "dealers.add": roles(Role.ADM),
    "dealers.correct": roles(Role.ADM),
    "dealers.edit-invoice-title": roles(Role.ADM, Role.FIN, Role.SAL, Role.DLR),
    "dealers.edit-addresses": roles(Role.ADM, Role.SAL, Role.DLR),
    "dealers.edit-contacts": roles(Role.ADM, Role.SAL, Role.DLR),
    "dealers.suspend": roles(Role.ADM),
    "dealers.stop": roles(Role.ADM),
    "dealers.reinstate": roles(Role.ADM),
    "dealers.exit": roles(Role.ADM),
    "dealers.set-superior": roles(Role.ADM),
    "dealers.change-tier": roles(Role.ADM),
    "dealers.change-terms": roles(Role.ADM, Role.FIN),
    "dealers.bind-salesperson": roles(Role.ADM),
    "dealers.withdraw-change": roles(Role.ADM),
    "tiers.view": roles(Role.ADM, Role.FIN, Role.SAL),
    "tiers.set-policy": roles(Role.ADM),
    "territories.view": roles(Role.ADM, Role.SAL),
    "territories.assign": roles(Role.ADM),
}
