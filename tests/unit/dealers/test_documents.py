"""What a paper may be, who may hand it in when, and what an approval needs of them."""

from datetime import date
from uuid import uuid4

import pytest

from chassis.errors import NotFound
from services.dealers.domain import documents as domain
from services.dealers.domain.applications import Status
from services.dealers.domain.documents import (
    DocumentExpired,
    DocumentKind,
    DocumentsMissing,
    FileNotAsDeclared,
    FileTypeRefused,
    TooManyDocuments,
)
from services.dealers.domain.refusals import ApplicationMoved
from tests.builders.dealers import a_document, an_application

TODAY = date(2026, 11, 25)
LICENCE, PHOTO = DocumentKind.LICENCE, DocumentKind.STORE_PHOTO


@pytest.mark.parametrize(
    ("declared", "content"),
    [
        ("application/pdf", b"%PDF-1.7 ..."),
        ("image/jpeg; charset=binary", b"\xff\xd8\xff\xe0"),
        ("IMAGE/PNG", b"\x89PNG\r\n\x1a\n..."),
        ("image/webp", b"RIFF0000WEBPVP8 "),
    ],
)
def test_a_file_is_what_it_says_and_how_it_begins(declared, content):
    assert domain.media_type_of(declared, content) == declared.partition(";")[0].lower()


@pytest.mark.parametrize("declared", ["", "text/html", "image/svg+xml", "application/octet-stream"])
def test_other_types_are_refused(declared):
    with pytest.raises(FileTypeRefused):
        domain.media_type_of(declared, b"%PDF-1.7")


@pytest.mark.parametrize(
    ("declared", "content"),
    [
        ("application/pdf", b""),
        ("application/pdf", b"<html>"),
        ("image/png", b"%PDF-1.7"),
        ("image/webp", b"RIFF0000WAVE"),
    ],
)
def test_a_file_that_only_says_so_is_refused(declared, content):
    with pytest.raises(FileNotAsDeclared):
        domain.media_type_of(declared, content)


@pytest.mark.parametrize("status", Status)
def test_papers_come_until_somebody_screened_and_go_only_while_the_applicant_has_it(status):
    known = an_application(status=status)
    me = known.applicant_user_id

    adding = domain.adding_fault(known, [], by=me)
    removing = domain.removing_fault(known, by=me)

    assert (adding is None) == (status in {Status.DRAFT, Status.SUBMITTED, Status.RETURNED})
    assert (removing is None) == (status in {Status.DRAFT, Status.RETURNED})
    assert all(isinstance(one, ApplicationMoved | None) for one in (adding, removing))


def test_nobody_else_touches_an_applicants_papers():
    known = an_application()

    assert isinstance(domain.adding_fault(known, [], by=uuid4()), NotFound)
    assert isinstance(domain.removing_fault(known, by=uuid4()), NotFound)


def test_an_application_has_so_many_papers_and_no_more():
    known, held = an_application(), [a_document() for _ in range(domain.DOCUMENTS_MAX)]

    assert isinstance(
        domain.adding_fault(known, held, by=known.applicant_user_id), TooManyDocuments
    )
    assert domain.adding_fault(known, held[1:], by=known.applicant_user_id) is None


def test_an_approval_needs_each_required_paper():
    fault = domain.approval_fault([LICENCE, PHOTO], [a_document(kind=LICENCE)], TODAY)

    assert isinstance(fault, DocumentsMissing)
    assert fault.facts == {"missing": [PHOTO]}


def test_an_expired_paper_blocks_until_a_valid_one_of_its_kind_is_there():
    ended = a_document(kind=LICENCE, valid_until=date(2026, 11, 24))
    last_day = a_document(kind=LICENCE, valid_until=TODAY)

    fault = domain.approval_fault([], [ended], TODAY)

    assert isinstance(fault, DocumentExpired)
    assert fault.facts == {"expired": [LICENCE]}
    assert domain.approval_fault([LICENCE], [ended, last_day], TODAY) is None
