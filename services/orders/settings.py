"""Settings of orders."""

from __future__ import annotations

from pathlib import Path

from pydantic import PositiveFloat
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment of the orders service, e.g. ORDERS_POSTGRES_DSN."""

    model_config = SettingsConfigDict(env_prefix="ORDERS_", frozen=True)

    quote_key_path: Path
    """Secrets that catalog signs quotes with (contracts.quotes.read_keys)."""
    timer_interval_seconds: PositiveFloat = 1.0
