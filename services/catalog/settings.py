"""Settings of catalog."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import PositiveFloat
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment of the catalog service, e.g. CATALOG_POSTGRES_DSN."""

    model_config = SettingsConfigDict(env_prefix="CATALOG_", frozen=True)

    quote_key_path: Path
    """Secrets that sign quotes, one a line; orders reads the same file."""
    timer_interval_seconds: PositiveFloat = 1.0
    """How often tax rates that begin are looked for."""
    quote_lifetime: timedelta = timedelta(minutes=15)
    publish_needs_second_person: bool = True
    """Whether a price list is published by another person than the one who drafted it."""
