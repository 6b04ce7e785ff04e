"""Problem documents (RFC 9457): what the caller is told when he does not get what he asked for."""

from __future__ import annotations

import http
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from asyncpg.exceptions import CharacterNotInRepertoireError, UntranslatableCharacterError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from chassis import telemetry
from chassis.db import TRANSIENT
from chassis.errors import DomainError, InvalidRequest, Text, Unavailable, slug_of, texts_of

BASE = "https://qudao.dev/problems/"
MEDIA_TYPE = "application/problem+json"

EXPECTED = (
    DomainError,
    RequestValidationError,
    HTTPException,
    Unavailable,
    CharacterNotInRepertoireError,
    UntranslatableCharacterError,
    *TRANSIENT,
)
"""Errors that an answer explains; every other one is a bug."""


class Fault(BaseModel):
    """What is wrong at one place of a request."""

    pointer: str = Field(
        description="JSON pointer into the body; `?name` of the query, `#name` of a header."
    )
    fault: str


class Problem(BaseModel):
    """A problem document (RFC 9457); a refusal adds its own facts to it."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Names the problem; the same in every language.")
    title: str
    status: int
    detail: str = Field(default="", description="The way out.")
    trace_id: str = Field(default="", description="What to tell whom you ask for help.")
    faults: list[Fault] = Field(default=[], description="Where the request is wrong.")


ANSWER = {
    "description": "A problem document.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
RESPONSES: dict[int | str, dict[str, Any]] = {"4XX": ANSWER, "5XX": ANSWER}
"""What every route may answer besides its own."""


def describe(document: dict[str, Any]) -> None:
    """Put the schemas of problem documents into an OpenAPI document."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas |= {**schema.pop("$defs"), "Problem": schema}


class InternalError(Exception):
    """Something is wrong on our side.

    zh: 系统内部错误。
    """


def problem(error: Exception, languages: str = "") -> Response:
    """Render an error; `languages` is the caller's Accept-Language header."""
    language = preferred(languages)
    match translated(error):
        case DomainError() as refusal:
            headers = _retry_after(refusal.retry_after_seconds)
            headers |= getattr(error, "headers", None) or {}  # the framework's, e.g. Allow
            if refusal.status == 401:
                headers["WWW-Authenticate"] = "Bearer"
            return _document(type(refusal), refusal.status, refusal.facts, headers, language)
        case Unavailable() as down:
            headers = _retry_after(down.retry_after_seconds)
            return _document(Unavailable, 503, {}, headers, language)
        case HTTPException() as other:
            return _of_framework(other)
        case _:
            return _document(InternalError, 500, {}, {}, language)


def translated(error: Exception) -> Exception:
    """What libraries raise, in our words."""
    match error:
        case RequestValidationError():
            return InvalidRequest(*_faults(error.errors()))
        case CharacterNotInRepertoireError() | UntranslatableCharacterError():
            return InvalidRequest(("", "A text has a character that cannot be stored (U+0000)."))
        case HTTPException(status_code=400):
            return InvalidRequest(("", "The body cannot be read."))
        case HTTPException() if kind := _OF_STATUS.get(error.status_code):
            return kind()
        case _ if isinstance(error, TRANSIENT):
            return Unavailable()
        case _:
            return error


def install(app: FastAPI) -> None:
    """Make every error of the service a problem document."""

    async def explain(request: Request, error: Exception) -> Response:
        request.scope["qudao.error"] = error  # for the log line of the request
        return problem(error, request.headers.get("accept-language", ""))

    for kind in (*EXPECTED, Exception):
        app.add_exception_handler(kind, explain)


def preferred(languages: str) -> str:
    """`zh` or `en`: what an Accept-Language header prefers; Chinese when it names neither."""
    ranked: list[tuple[float, str]] = []
    for part in languages.lower().split(","):
        name, _, quality = part.strip().partition(";q=")
        language = name[:2]
        if language in {"zh", "en"}:
            ranked.append((_number(quality), language))
    return max(ranked, key=lambda rank: rank[0])[1] if ranked else "zh"


def pointer(location: Iterable[int | str]) -> str:
    """Where a fault is: a JSON pointer into the body, `?name` of the query, `#name` of a header."""
    place, *path = location
    inside = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
    match place:
        case "body":
            return inside
        case "query":
            return "?" + inside[1:]
        case "header":
            return "#" + inside[1:]
        case _:
            return f"{{{inside[1:]}}}"


def _faults(errors: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [_fault(error) for error in errors]


def _fault(error: Mapping[str, Any]) -> tuple[str, str]:
    if error["type"] == "json_invalid":  # located by its character, which is no pointer
        return "", "The body is not valid JSON."
    return pointer(error["loc"]), error["msg"]


class MethodNotAllowed(DomainError):
    """The resource has no such method.

    zh: 该资源不支持此方法。
    """

    status = 405


class TooLarge(DomainError):
    """The body is too large.

    zh: 请求体过大。
    请分批提交。

    Send it in several parts.
    """

    status = 413


class NoSuchRoute(DomainError):
    """There is nothing at this address.

    zh: 该地址不存在。
    """

    status = 404


_OF_STATUS: Mapping[int, type[DomainError]] = {
    404: NoSuchRoute,
    405: MethodNotAllowed,
    413: TooLarge,
}


def _of_framework(error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    phrase = http.HTTPStatus(error.status_code).phrase
    slug = phrase.lower().replace(" ", "-")
    headers["Content-Language"] = "en"
    return _render(slug, Text(phrase, ""), error.status_code, {}, headers)


def _document(
    kind: type[Exception],
    status: int,
    facts: Mapping[str, object],
    headers: Mapping[str, str],
    language: str,
) -> Response:
    texts = texts_of(kind)
    spoken = language if language in texts else "en"
    said = {"Content-Language": "zh-CN" if spoken == "zh" else "en"}
    return _render(slug_of(kind), texts[spoken], status, facts, {**headers, **said})


def _render(
    slug: str,
    text: Text,
    status: int,
    facts: Mapping[str, object],
    headers: Mapping[str, str],
) -> Response:
    body = {"type": BASE + slug, "title": text.title, "status": status}
    if text.detail:
        body["detail"] = text.detail
    if trace_id := telemetry.trace_id():
        body["trace_id"] = trace_id
    content = orjson.dumps({**body, **facts}, default=_plain)
    return Response(content, status, dict(headers), MEDIA_TYPE)


def _plain(value: object) -> object:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def _retry_after(seconds: int | None) -> dict[str, str]:
    return {} if seconds is None else {"Retry-After": str(seconds)}


def _number(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0.0
