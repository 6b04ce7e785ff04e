"""Who may do what to products and prices (domain §5.9). An applicant sees products, no prices."""

from __future__ import annotations

from chassis.auth import STAFF, Access, Role, roles

ACCESS: Access = {
    "products.view": roles(STAFF, Role.DLR, Role.APPLICANT, Role.MACHINE),
    "products.change": roles(Role.ADM),
    "products.export": roles(Role.ADM, Role.SAL, Role.FIN),
    "products.activate": roles(Role.ADM),
    "products.suspend": roles(Role.ADM),
    "products.retire": roles(Role.ADM),
    "prices.view": roles(Role.DLR, Role.SAL, Role.ADM, Role.FIN, Role.MACHINE),
    "categories.change": roles(Role.ADM),
    "price-lists.view": roles(Role.ADM, Role.FIN, Role.SAL),
    "price-lists.draft": roles(Role.ADM),
    "price-lists.publish": roles(Role.ADM),
    "price-lists.retire": roles(Role.ADM),
    "tax-classes.view": roles(Role.ADM, Role.FIN, Role.SAL),
    "tax-classes.change": roles(Role.ADM, Role.FIN),
    "assortments.view": roles(Role.ADM, Role.FIN, Role.SAL),
    "assortments.change": roles(Role.ADM),
    "assortments.end": roles(Role.ADM),
    "order-rules.view": roles(Role.ADM, Role.FIN, Role.SAL),
    "order-rules.change": roles(Role.ADM),
    "order-rules.end": roles(Role.ADM),
    "order-discounts.view": roles(Role.ADM, Role.FIN, Role.SAL),
    "order-discounts.change": roles(Role.ADM),
    "order-discounts.end": roles(Role.ADM),
    "quotes.create": roles(Role.DLR, Role.SAL, Role.ADM, Role.MACHINE),
}
