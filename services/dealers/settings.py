"""Settings of dealers."""

from __future__ import annotations

from pydantic import PositiveFloat
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment of the dealers service, e.g. DEALERS_POSTGRES_DSN."""

    model_config = SettingsConfigDict(env_prefix="DEALERS_", frozen=True)

    timer_interval_seconds: PositiveFloat = 1.0
    """How often changes that were set for a later time are looked for."""
