"""What is wrong with an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx
from schemathesis import Case
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

PROBLEM = "application/problem+json"
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
WORDS_MAX = 600


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault of one operation."""

    operation: str
    what: str
    words: str = field(compare=False)


def fault_of(case: Case[Any], answer: httpx.Response) -> Fault | None:
    """Why the answer is not as the interface says, if it is not."""
    status = answer.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _fault(case, f"status {status}", answer.text)
    if status >= HTTPStatus.BAD_REQUEST:
        return _of_refusal(case, answer)
    return _of_success(case, answer)


def refused(answer: httpx.Response) -> bool:
    """Whether it must have changed nothing."""
    return answer.status_code >= HTTPStatus.BAD_REQUEST


def _of_refusal(case: Case[Any], answer: httpx.Response) -> Fault | None:
    """Each is a problem document that says what its status says."""
    kind = answer.headers.get("content-type", "")
    if kind != PROBLEM:
        return _fault(case, f"a refusal of type {kind!r}", answer.text)
    document = answer.json()
    if document.get("status") != answer.status_code or not document.get("title"):
        return _fault(case, "a problem document without its status or title", answer.text)
    return None


def _of_success(case: Case[Any], answer: httpx.Response) -> Fault | None:
    try:
        case.validate_response(answer, checks=CHECKS)
    except (Failure, FailureGroup) as failure:
        reasons = failure.exceptions if isinstance(failure, FailureGroup) else [failure]
        title = ", ".join(sorted({getattr(one, "title", str(one)) for one in reasons}))
        return _fault(case, title, f"{answer.status_code}: {reasons[0]}")
    return None


def _fault(case: Case[Any], what: str, words: str) -> Fault:
    return Fault(case.operation.label, what, words[:WORDS_MAX])
