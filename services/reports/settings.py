"""Settings of reports."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment of the reports service, e.g. REPORTS_POSTGRES_DSN."""

    model_config = SettingsConfigDict(env_prefix="REPORTS_", frozen=True)
