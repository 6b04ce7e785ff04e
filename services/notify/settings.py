"""Settings of notify."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from chassis.clock import BUSINESS_TIME
from chassis.settings import ServiceSettings
from services.notify.domain import Patience


class Settings(ServiceSettings):
    """Environment of the notify service, e.g. NOTIFY_POSTGRES_DSN."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_", frozen=True)

    mail_host: str | None = None
    """The SMTP server that takes our e-mail; without one there is none, only messages in-app."""
    mail_port: PositiveInt = 587
    mail_tls: Literal["starttls", "tls", "none"] = "starttls"
    mail_ca_path: Path | None = None
    """Whose certificates are trusted; without it those that the machine trusts."""
    mail_username: str | None = None
    mail_password: SecretStr | None = None
    mail_sender: str = ""
    """From whom mail comes, e.g. `渠道 <no-reply@example.com>`."""
    mail_timeout_seconds: PositiveFloat = 30.0
    """For each answer of the server."""

    mail_poll_seconds: PositiveFloat = 2.0
    """How often due mail is looked for."""
    mail_lease_seconds: PositiveFloat = 600.0
    """When mail of a worker that died is tried again by another one."""
    mail_batch: PositiveInt = 50
    """At most so many over one connection."""
    mail_attempts_max: PositiveInt = 20
    mail_pause_seconds: PositiveFloat = 30.0
    """After the first failed attempt; twice as long after each further one."""
    mail_pause_seconds_max: PositiveFloat = 3_600.0

    quiet_from_hour: Annotated[int, Field(ge=0, le=23)] = 22
    """From when on no mail goes out, by the clock of the business; messages in-app always do."""
    quiet_until_hour: Annotated[int, Field(ge=0, le=23)] = 7
    """What waited goes out then; the same hour as the one before: there is no quiet time."""

    remind_hour: Annotated[int, Field(ge=0, le=23)] = 8
    """When who owes goods is reminded of them, each day."""
    remind_dealers: bool = False
    """Whether dealers are told, too, what they still get."""

    def is_quiet(self, now: datetime) -> bool:
        """Whether mail waits for the morning."""
        hour = now.astimezone(BUSINESS_TIME).hour
        begin, end = self.quiet_from_hour, self.quiet_until_hour
        return begin <= hour < end if begin <= end else not end <= hour < begin

    @property
    def mail_patience(self) -> Patience:
        """With the settings as they come, a mail is tried for half a day."""
        return Patience(
            self.mail_attempts_max, self.mail_pause_seconds, self.mail_pause_seconds_max
        )

    @property
    def mail_address(self) -> str:
        """That of the sender, without his name."""
        return parseaddr(self.mail_sender)[1]

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Settings:
        if self.mail_host and "@" not in self.mail_address:
            raise ValueError("with a mail_host, mail_sender must be an e-mail address")
        if (self.mail_username is None) != (self.mail_password is None):
            raise ValueError("mail_username and mail_password go together")
        if self.mail_password and self.mail_tls == "none":
            raise ValueError("mail_password would be readable on the way: set mail_tls")
        return self
