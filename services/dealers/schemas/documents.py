"""Bodies about the papers of an application."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic import StringConstraints as Text

from services.dealers.domain.documents import DocumentKind

FileName = Annotated[str, Text(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f/\\]+$")]


class DocumentResponse(BaseModel):
    document_id: UUID
    kind: DocumentKind
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str = Field(description="Of the content, in hex.")
    valid_until: date | None = Field(description="Null: for ever 长期.")
    expired: bool
    added_at: datetime
