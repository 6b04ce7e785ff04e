"""Errors by what the caller should do: fix the request, try again later, or nothing (a bug)."""

from __future__ import annotations

import inspect
import re
from typing import ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

PROBLEM_BASE = "https://docs.example.com/problems/"


class DomainError(Exception):
    """A rule of the business refuses this in the present state."""

    status: ClassVar[int] = 409

    def __init__(self, **facts: object) -> None:
        self.facts = facts  # extension members of the problem document (RFC 9457 §3.2)
        super().__init__(self.title, facts)

    @property
    def slug(self) -> str:
        """`OutOfStock` -> `out-of-stock`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()

    @property
    def title(self) -> str:
        return (inspect.getdoc(type(self)) or "").partition("\n")[0]


class NotFound(DomainError):
    """No such resource."""

    status = 404


class UnknownCaller(DomainError):
    """The request carries no valid token."""

    status = 401


class Unavailable(Exception):
    """A dependency is down or slow; the same request may succeed later."""


EXPECTED = (DomainError, RequestValidationError, Unavailable)
"""Errors that an answer explains; every other one is a bug."""


def problem(error: Exception) -> JSONResponse:
    """Render an expected error as an RFC 9457 problem document."""
    match error:
        case DomainError():
            return _document(error.status, error.slug, error.title, **error.facts)
        case RequestValidationError():
            faults = [{"at": list(e["loc"]), "fault": e["msg"]} for e in error.errors()]
            return _document(422, "invalid-request", "The request is malformed.", faults=faults)
        case _:
            response = _document(503, "unavailable", "A dependency is unavailable.")
            response.headers["Retry-After"] = "5"
            return response


def install_error_handlers(app: FastAPI) -> None:
    """Make every expected error of the service a problem document."""

    async def explain(_: Request, error: Exception) -> JSONResponse:
        return problem(error)

    for kind in EXPECTED:
        app.add_exception_handler(kind, explain)


def _document(status: int, slug: str, title: str, **facts: object) -> JSONResponse:
    body = {"type": PROBLEM_BASE + slug, "title": title, "status": status, **facts}
    return JSONResponse(body, status, media_type="application/problem+json")
