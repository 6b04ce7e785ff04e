"""Settings of billing."""

from __future__ import annotations

from pydantic import PositiveInt
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment of the billing service, e.g. BILLING_POSTGRES_DSN."""

    model_config = SettingsConfigDict(env_prefix="BILLING_", frozen=True)

    dunning_days: tuple[PositiveInt, ...] = (1, 15, 30, 60)
    """Days overdue from which each level of dunning holds, rising; the last one proposes a stop."""
    second_person_from_minor: PositiveInt = 10_000_000
    """A receipt of this amount (¥100,000) or more is not reversed by who recorded it, and a
    temporary limit of it is approved by another than who asked for it."""
