"""Settings of dealers."""

from __future__ import annotations

from pathlib import Path

from pydantic import PositiveFloat
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings
from services.dealers.domain.documents import DocumentKind

LOCAL_FILES = Path("var/files/dealers")


class Settings(ServiceSettings):
    """Environment of the dealers service, e.g. DEALERS_POSTGRES_DSN."""

    model_config = SettingsConfigDict(env_prefix="DEALERS_", frozen=True)

    timer_interval_seconds: PositiveFloat = 1.0
    """How often changes that were set for a later time are looked for."""
    files_url: str = LOCAL_FILES.absolute().as_uri()
    """Where the papers of applications lie: file://, s3://, gs:// or az://."""
    required_documents: tuple[DocumentKind, ...] = ()
    """Without these nobody is approved, e.g. ["LICENCE", "STORE_PHOTO"]."""
