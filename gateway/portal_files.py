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
"""Their names carry the hash of what is in them."""


class PortalFiles:
    """An ASGI application. Raises NoSuchRoute where no portal was built."""

    def __init__(self, folder: Path) -> None:
        self._files = StaticFiles(directory=folder) if (folder / "index.html").exists() else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._files is None or scope["path"].startswith("/api/"):
            raise NoSuchRoute
        response = await self._response(self._files, scope)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable"
            if scope["path"].startswith(ASSETS)
            else "no-cache"
        )
        await response(scope, receive, send)

    async def _response(self, files: StaticFiles, scope: Scope) -> Response:
        try:
            return await files.get_response(files.get_path(scope), scope)
        except HTTPException as missing:
            if missing.status_code != 404 or "." in scope["path"].rpartition("/")[2]:
                raise
            return await files.get_response("index.html", scope)
