"""Settings of notify."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment of the notify service, e.g. NOTIFY_POSTGRES_DSN."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_", frozen=True)
