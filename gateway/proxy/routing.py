"""Which service answers for which resource (`/api/v1/<resource>/…`)."""

from __future__ import annotations

from collections.abc import Mapping

GATEWAY = "gateway"

RESOURCES: Mapping[str, frozenset[str]] = {
    GATEWAY: frozenset(
        {
            "session",
            "oauth",
            "users",
            "roles",
            "registrations",
            "invitations",
            "api-clients",
            "audit-log",
            "status",
        }
    ),
    "dealers": frozenset(
        {"dealer-applications", "dealers", "tiers", "territories", "targets", "scorecards"}
    ),
    "catalog": frozenset(
        {
            "products",
            "categories",
            "units",
            "price-lists",
            "prices",
            "promotions",
            "assortments",
            "order-rules",
            "order-discounts",
            "tax-classes",
            "quotes",
        }
    ),
    "orders": frozenset({"orders", "carts", "cart-templates", "returns", "sagas"}),
    "inventory": frozenset(
        {
            "warehouses",
            "stock",
            "reservations",
            "inbounds",
            "stock-counts",
            "transfers",
            "issues",
            "expected-inbounds",
            "pick-tasks",
            "outbounds",
            "shipments",
            "put-backs",
            "logistics-partners",
        }
    ),
    "billing": frozenset(
        {
            "accounts",
            "payments",
            "payment-intents",
            "receivables",
            "refunds",
            "limit-grants",
            "invoices",
            "credit-notes",
            "statements",
            "rebate-programs",
            "reconciliations",
            "closed-days",
            "dunnings",
            "points",
        }
    ),
    "notify": frozenset({"announcements", "tickets", "messages", "todos", "webhook-endpoints"}),
    "reports": frozenset({"reports", "exports", "prints"}),
}

_SERVICE_OF = {resource: name for name, owned in RESOURCES.items() for resource in owned}


def service_of(path: str) -> str | None:
    """By the path behind `/api/v1/`; the story of an order is told by reports, not by orders."""
    resource, _, rest = path.partition("/")
    if resource == "orders" and rest.endswith("/timeline") and rest.count("/") == 1:
        return "reports"
    return _SERVICE_OF.get(resource)
