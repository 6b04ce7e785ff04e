"""Settings every service has. A service subclasses this with its own prefix and adds its own."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, PostgresDsn
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Read once, from the environment, in `__main__`; then passed as an argument."""

    model_config = SettingsConfigDict(frozen=True)

    cell: str = "local"
    instance: str = "0"
    """Tells the processes of one service apart; stable over restarts."""

    postgres_dsn: PostgresDsn
    postgres_pool_max: PositiveInt = 4
    kafka_bootstrap_servers: str
    kafka_session_timeout_seconds: PositiveInt = 45
    """How long the broker keeps the partitions of a member that says nothing."""

    host: str = "127.0.0.1"
    port: PositiveInt
    jwks_path: Path
    """Public keys of the gateway's internal token (JWK Set)."""
    body_bytes_max: PositiveInt = 1 << 20
    """Of one request; a route may say otherwise by `max_body_size`."""
    request_timeout_seconds: PositiveFloat = 15.0
    """For one request; a route may say otherwise by `time_limit`."""

    drain_seconds: NonNegativeFloat = 0.0
    """How long a stopping process goes on serving after its readiness turned red."""
    stop_timeout_seconds: PositiveFloat = 10.0
    """How long it waits for requests that are under way."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"

    trace_ratio: float = Field(default=0.01, ge=0.0, le=1.0)
    """Of the requests that bring no trace of their own, how many are traced."""
    strangers_traces: bool = False
    """Go on with the traces of strangers too, recorded if they say so: on a developer's machine."""
    otlp_endpoint: str | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """Where traces and metrics go, over OTLP/HTTP."""
    spans_path: Path | None = Field(default=None, validation_alias="QUDAO_SPANS_PATH")
    """Without an OTLP endpoint: a folder for traces, one file of JSON lines per process."""
