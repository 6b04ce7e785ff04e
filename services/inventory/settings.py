"""Settings of inventory."""

from __future__ import annotations

from pydantic import PositiveFloat, PositiveInt
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment of the inventory service, e.g. INVENTORY_POSTGRES_DSN."""

    model_config = SettingsConfigDict(env_prefix="INVENTORY_", frozen=True)

    reservation_lifetime_hours: PositiveFloat = 24.0
    """How long stock is held for an order that nobody confirms."""
    receive_after_days: PositiveFloat = 7.0
    """When a delivered shipment counts as received, though the dealer says nothing."""
    approval_quantity: PositiveInt = 100
    """From so many base units on, an issue or the differences of a count need approval."""
