"""Settings of the gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, PositiveFloat, PositiveInt
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment of the gateway, e.g. GATEWAY_POSTGRES_DSN."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True)

    signing_key_path: Path
    """Private key (JWK) of the internal token that tells services who asks."""
    dealers_url: HttpUrl
    catalog_url: HttpUrl
    orders_url: HttpUrl
    inventory_url: HttpUrl
    billing_url: HttpUrl
    notify_url: HttpUrl
    reports_url: HttpUrl

    public_url: HttpUrl = HttpUrl("http://127.0.0.1:8080")
    """Where users reach the gateway; https makes the cookie Secure."""
    portal_path: Path = Path("gateway/portal/dist")
    """The built web application; where it is absent, only the API is served."""
    trusted_proxies: frozenset[str] = frozenset()
    """Addresses whose X-Forwarded-For is believed."""
    self_registration: Literal["off", "invite", "open"] = "open"

    session_idle_hours: PositiveFloat = 8.0
    session_hours: PositiveFloat = 24.0
    access_token_seconds: PositiveInt = 3_600

    # Revoking takes effect after at most both: 10 + 45 < 60 seconds (F-07).
    identity_cache_seconds: PositiveFloat = 5.0
    internal_token_seconds: PositiveInt = 45

    reads_per_minute: PositiveInt = 30_000
    writes_per_minute: PositiveInt = 12_000
    anonymous_per_minute: PositiveInt = 3_000
    """From one address, without a login."""
    failed_logins_per_account: PositiveInt = 10
    """From one address, in five minutes."""
    logins_per_address_per_minute: PositiveInt = 600
    registrations_per_address_per_hour: PositiveInt = 100

    body_bytes_max: PositiveInt = 10 << 20
    connect_timeout_seconds: PositiveFloat = 1.0
    request_timeout_seconds: PositiveFloat = 20.0
    import_timeout_seconds: PositiveFloat = 120.0
    """For what ends in `/import` or `/rebuild`, and for exports."""
    requests_in_flight_max: PositiveInt = 512
    """Per service; more wait, and those that wait too long or too many are sent away."""
    requests_waiting_max: PositiveInt = 512
    waiting_seconds_max: PositiveFloat = 2.0
    breaker_failures: PositiveInt = 5
    breaker_seconds: PositiveFloat = 2.0

    audit_days: Annotated[int, Field(ge=181)] = 1_100
    """How long entries of the audit log are kept; the database keeps 180 in any case."""

    live_clients_max: PositiveInt = 10_000
    live_heartbeat_seconds: PositiveFloat = 15.0

    @property
    def service_timeout_seconds(self) -> float:
        """For the service: a little less, so that the one who fails is named."""
        return self.request_timeout_seconds * 0.95

    @property
    def secure(self) -> bool:
        """Whether browsers come over TLS."""
        return self.public_url.scheme == "https"

    @property
    def upstreams(self) -> dict[str, str]:
        """Base address by service."""
        return {
            service: str(url).rstrip("/")
            for service, url in (
                ("dealers", self.dealers_url),
                ("catalog", self.catalog_url),
                ("orders", self.orders_url),
                ("inventory", self.inventory_url),
                ("billing", self.billing_url),
                ("notify", self.notify_url),
                ("reports", self.reports_url),
            )
        }
