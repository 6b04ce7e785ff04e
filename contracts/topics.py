"""Topics, declared once: key, retention, who writes, who reads, and where a key lands."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PARTITIONS = 12
DAY_HOURS = 24


class Topic(BaseModel):
    """What a topic is for; its name gets the cell in front (`local.orders.events`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(description="What the key identifies; order is kept per key.")
    producers: tuple[str, ...] = Field(min_length=1)
    consumers: tuple[str, ...]
    cleanup: Literal["delete", "compact"] = "delete"
    retention_hours: int = Field(default=7 * DAY_HOURS, gt=0)


TOPICS = {
    "dealers.events": Topic(
        key="dealer or application",
        producers=("dealers",),
        consumers=("notify", "reports", "gateway"),
    ),
    "dealers.state": Topic(
        key="dealer",
        producers=("dealers",),
        consumers=("catalog", "orders", "inventory", "billing", "notify", "reports", "gateway"),
        cleanup="compact",
    ),
    "dealers.replies": Topic(key="dealer", producers=("orders", "billing"), consumers=("dealers",)),
    "catalog.events": Topic(
        key="price list", producers=("catalog",), consumers=("reports", "gateway")
    ),
    "catalog.state": Topic(
        key="SKU",
        producers=("catalog",),
        consumers=("orders", "inventory", "reports", "gateway"),
        cleanup="compact",
    ),
    "catalog.commands": Topic(key="order", producers=("orders",), consumers=("catalog",)),
    "orders.events": Topic(
        key="order", producers=("orders",), consumers=("notify", "reports", "gateway")
    ),
    "orders.commands": Topic(key="order", producers=("orders",), consumers=("orders",)),
    "orders.replies": Topic(
        key="order", producers=("catalog", "inventory", "billing"), consumers=("orders",)
    ),
    "inventory.commands": Topic(key="order", producers=("orders",), consumers=("inventory",)),
    "inventory.events": Topic(
        key="order or document",
        producers=("inventory",),
        consumers=("notify", "reports", "gateway"),
    ),
    "billing.commands": Topic(key="order", producers=("orders",), consumers=("billing",)),
    "billing.events": Topic(
        key="account", producers=("billing",), consumers=("notify", "reports", "gateway")
    ),
    "notify.events": Topic(key="to-do or message", producers=("notify",), consumers=("gateway",)),
    "gateway.state": Topic(
        key="user",
        producers=("gateway",),
        consumers=("notify", "dealers", "reports"),
        cleanup="compact",
    ),
    **{
        f"{service}.dlq": Topic(
            key="the original key",
            producers=(service,),
            consumers=(),
            retention_hours=30 * DAY_HOURS,
        )
        for service in (
            "dealers",
            "catalog",
            "orders",
            "inventory",
            "billing",
            "notify",
            "reports",
            "gateway",
        )
    },
}


def partition_of(key: bytes) -> int:
    """Part of the contract: every producer must place a key in the same partition."""
    return int.from_bytes(key[-4:], "big") % PARTITIONS
