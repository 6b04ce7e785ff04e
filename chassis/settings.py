"""Settings every service has. A service subclasses this with its own prefix and adds its own."""

from __future__ import annotations

from pathlib import Path

from pydantic import PositiveFloat, PositiveInt, PostgresDsn
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Read once, from the environment, in `__main__`; then passed as an argument."""

    model_config = SettingsConfigDict(frozen=True)

    cell: str = "local"
    postgres_dsn: PostgresDsn
    postgres_pool_max: PositiveInt = 4
    kafka_bootstrap_servers: str
    instance: str = "0"
    host: str = "127.0.0.1"
    port: PositiveInt
    jwks_path: Path
    """Public keys of the gateway's internal token (JWK Set)."""
    stop_timeout_seconds: PositiveFloat = 10.0
