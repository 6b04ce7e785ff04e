"""Settings of dealers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from pydantic import NonNegativeInt, PositiveFloat
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings
from services.dealers.domain.dealers import Tier
from services.dealers.domain.documents import DocumentKind

LOCAL_FILES = Path("var/files/dealers")


class Settings(ServiceSettings):
    """Environment of the dealers service, e.g. DEALERS_POSTGRES_DSN."""

    model_config = SettingsConfigDict(env_prefix="DEALERS_", frozen=True)

    timer_interval_seconds: PositiveFloat = 1.0
    """How often changes that were set for a later time are looked for."""
    files_url: str = LOCAL_FILES.absolute().as_uri()
    """Where the papers of applications lie: file://, s3://, gs:// or az://."""
    escalation_interval_seconds: PositiveFloat = 60.0
    """How often applications that nobody screens are looked for."""
    escalate_after: timedelta = timedelta(days=3)
    """An application that nobody has screened for so long is told to the administrators (F-48)."""
    credit_without_finance_minor: Mapping[Tier, NonNegativeInt] = {
        Tier.PROVINCE: 200_000_000,
        Tier.CITY: 50_000_000,
        Tier.COUNTY: 20_000_000,
    }
    """Up to which limit an approver decides alone, by tier; beyond it finance agrees first."""
    required_documents: tuple[DocumentKind, ...] = ()
    """Without these nobody is approved, e.g. ["LICENCE", "STORE_PHOTO"]."""
