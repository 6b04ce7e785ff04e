"""A user of the public API: logs in, asks, and says plainly what was refused."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

API = "/api/v1"
TIMEOUT_SECONDS = 60.0
Json = dict[str, Any]


class Refused(Exception):
    """The suite refused a request."""

    def __init__(self, who: str, request: str, response: httpx.Response) -> None:
        self.status = response.status_code
        self.problem = _problem(response)
        self.slug = str(self.problem.get("type", "")).rpartition("/")[2]
        detail = self.problem.get("detail") or self.problem.get("title") or response.text[:200]
        faults = self.problem.get("faults")
        super().__init__(
            f"{who}: {request} → {self.status} {self.slug}: {detail}"
            + (f" {faults}" if faults else "")
        )


class Unreachable(Exception):
    """The suite does not answer."""


class Caller:
    """Somebody with a session at the gateway."""

    def __init__(self, url: str, login: str, name: str = "") -> None:
        self.login, self.name = login, name or login
        self.user_id = self.role = ""
        self._http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    @property
    def cookie(self) -> str:
        """The header that carries his session."""
        return "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())

    async def log_in(self, password: str) -> Json:
        """Raises Refused, Unreachable."""
        session = await self.post("/session", {"login": self.login, "password": password})
        self.name, self.user_id = session["name"], session["user_id"]
        self.role = session["roles"][0]
        self._http.headers["X-CSRF-Token"] = session["csrf_token"]
        return session

    async def get(self, path: str, **query: object) -> Json:
        """Raises Refused, Unreachable."""
        return await self.ask("GET", path, params=_given(query))

    async def rows(self, path: str, **query: object) -> list[Json]:
        """Every row of a list, page by page. Raises Refused, Unreachable."""
        rows: list[Json] = []
        cursor = None
        while True:
            page = await self.get(path, cursor=cursor, limit=200, **query)
            rows += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return rows

    async def post(
        self, path: str, body: Mapping[str, object] | None = None, *, key: str | None = None
    ) -> Json:
        """With an Idempotency-Key, a fresh one unless given. Raises Refused, Unreachable."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        return await self.ask("POST", path, json=body or {}, headers=headers)

    async def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **parts: Any
    ) -> Json:
        """`parts` are httpx's: json, content, params. Raises Refused, Unreachable."""
        marked = {**(headers or {}), "traceparent": _traceparent()} if method != "GET" else {}
        try:
            response = await self._http.request(method, API + path, headers=marked, **parts)
        except httpx.HTTPError as fault:
            raise Unreachable(f"{method} {self._http.base_url}{API}{path}: {fault!r}") from fault
        if response.is_error:
            raise Refused(self.name, f"{method} {path}", response)
        answer: Json = response.json() if response.content else {}
        return answer


def _traceparent() -> str:
    """Begin a trace that is recorded (W3C Trace Context)."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def _given(query: Mapping[str, object]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


def _problem(response: httpx.Response) -> Json:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
