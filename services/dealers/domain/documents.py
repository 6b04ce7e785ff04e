"""The papers of an application: what is asked for, what a file may be, and when a paper ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError, NotFound
from services.dealers.domain.applications import Application, Status
from services.dealers.domain.refusals import ApplicationMoved


class FileTypeRefused(DomainError):
    """This type of file is not accepted.

    zh: 不支持该文件类型。
    请上传 PDF、JPEG、PNG 或 WebP 文件。

    Send a PDF, JPEG, PNG or WebP file, with its type as Content-Type.
    """

    status = 415


class FileNotAsDeclared(DomainError):
    """The content of the file is not what its Content-Type says.

    zh: 文件内容与所声明的类型不符。
    请检查文件是否损坏，或是否被改了后缀。

    See whether the file is damaged, or was only renamed.
    """

    status = 422


class TooManyDocuments(DomainError):
    """The application has as many documents as it may have.

    zh: 申请的资料数量已达上限。
    请先删除不需要的资料。

    Remove one that is not needed first.
    """


class DocumentsMissing(DomainError):
    """Documents that an approval needs are missing.

    zh: 缺少审批所需的资料，不能批准。
    请退回申请，由申请人补齐 missing 中列出的资料。

    Return the application, so that the applicant adds what `missing` names.
    """


class DocumentExpired(DomainError):
    """A document of the application has expired.

    zh: 申请资料已过期，不能批准。
    请退回申请，由申请人更新 expired 中列出的资料。

    Return the application, so that the applicant renews what `expired` names.
    """


class DocumentKind(StrEnum):
    """营业执照, 税务登记, 法人身份证, 门店照片, 品牌授权书, 其他."""

    LICENCE = "LICENCE"
    TAX_CERTIFICATE = "TAX_CERTIFICATE"
    LEGAL_PERSON_ID = "LEGAL_PERSON_ID"
    STORE_PHOTO = "STORE_PHOTO"
    BRAND_AUTHORISATION = "BRAND_AUTHORISATION"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Document:
    """A paper of an application; its file lies under the hash of its content."""

    document_id: UUID
    application_id: UUID
    kind: DocumentKind
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str
    valid_until: date | None
    """None: for ever."""
    added_by: UUID
    added_at: datetime


DOCUMENTS_MAX = 30
FILE_BYTES_MAX = 5 << 20
BEGINNINGS = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF",
}
"""How files of each type begin."""
ADDED_IN = frozenset({Status.DRAFT, Status.SUBMITTED, Status.RETURNED})
REMOVED_IN = frozenset({Status.DRAFT, Status.RETURNED})
"""What the screener may have read already stays, unless he returned it."""


def media_type_of(declared: str, content: bytes) -> str:
    """What the file is. Raises FileTypeRefused, FileNotAsDeclared."""
    media_type = declared.partition(";")[0].strip().lower()
    if media_type not in BEGINNINGS:
        raise FileTypeRefused(accepted=sorted(BEGINNINGS))
    is_so = content.startswith(BEGINNINGS[media_type])
    if not is_so or (media_type == "image/webp" and content[8:12] != b"WEBP"):
        raise FileNotAsDeclared(declared=media_type)
    return media_type


def adding_fault(known: Application, held: Sequence[Document], *, by: UUID) -> DomainError | None:
    """Why he cannot add a document."""
    if fault := _fault(known, by, ADDED_IN):
        return fault
    return TooManyDocuments(documents_max=DOCUMENTS_MAX) if len(held) >= DOCUMENTS_MAX else None


def removing_fault(known: Application, *, by: UUID) -> DomainError | None:
    """Why he cannot remove a document."""
    return _fault(known, by, REMOVED_IN)


def approval_fault(
    required: Collection[DocumentKind], held: Sequence[Document], today: date
) -> DomainError | None:
    """What is missing, or has expired: of each kind one that is valid is enough (F-49)."""
    kinds = {one.kind for one in held}
    if missing := set(required) - kinds:
        return DocumentsMissing(missing=sorted(missing))
    valid = {one.kind for one in held if not expired(one, today)}
    if ended := kinds - valid:
        return DocumentExpired(expired=sorted(ended))
    return None


def expired(document: Document, today: date) -> bool:
    """Its last day is over; `today` is the day in China."""
    return document.valid_until is not None and document.valid_until < today


def _fault(known: Application, by: UUID, statuses: Collection[Status]) -> DomainError | None:
    if known.applicant_user_id != by:
        return NotFound()
    if known.status not in statuses:
        return ApplicationMoved(current_status=known.status, allowed_in=sorted(statuses))
    return None
