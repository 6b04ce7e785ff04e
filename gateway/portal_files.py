"""The built web application, served as files; every other address of a page is the page itself."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from chassis.problems import NoSuchRoute

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
ASSETS = "/assets/"
"""Their names carry the hash of what is in them; beside each lies its brotli form."""


class PortalFiles:
    """An ASGI application. Raises NoSuchRoute as long as no portal is built."""

    def __init__(self, folder: Path) -> None:
        self._page = folder / "index.html"
        self._files = StaticFiles(directory=folder, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith("/api/") or not self._page.exists():
            raise NoSuchRoute
        asset = scope["path"].startswith(ASSETS)
        response = await (self._asset(scope) if asset else self._response(scope))
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if asset else "no-cache"
        )
        await response(scope, receive, send)

    async def _asset(self, scope: Scope) -> Response:
        """Compressed where the browser takes it."""
        path = self._files.get_path(scope)
        plain = await self._files.get_response(path, scope)
        plain.headers["Vary"] = "Accept-Encoding"
        if not _takes_brotli(scope) or not (self._page.parent / f"{path}.br").exists():
            return plain
        packed = await self._files.get_response(f"{path}.br", scope)
        packed.headers["Content-Type"] = plain.headers["Content-Type"]
        packed.headers["Content-Encoding"] = "br"
        packed.headers["Vary"] = "Accept-Encoding"
        return packed

    async def _response(self, scope: Scope) -> Response:
        try:
            return await self._files.get_response(self._files.get_path(scope), scope)
        except HTTPException as missing:
            if missing.status_code != 404 or "." in scope["path"].rpartition("/")[2]:
                raise
            return await self._files.get_response("index.html", scope)


def _takes_brotli(scope: Scope) -> bool:
    taken = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
    return any(one.split(b";")[0].strip() == b"br" for one in taken.split(b","))
