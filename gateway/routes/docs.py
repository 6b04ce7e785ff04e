"""What can be asked for, and whether everybody is there to answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from chassis.auth import Actor, allowed, anyone
from gateway import docs
from gateway.parts import PartsDep
from gateway.schemas import ServiceStatus

router = APIRouter(tags=["status"])

StatusViewer = Annotated[Actor, Depends(allowed("status.view"))]
DOCS_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@router.get("/api/openapi.json", include_in_schema=False, dependencies=[Depends(anyone)])
async def show_openapi(request: Request, parts: PartsDep) -> Response:
    """The whole interface in one document."""
    document = await parts.interface.document(request.app.openapi())
    return Response(document.json, media_type="application/json")


@router.get("/api/docs", include_in_schema=False, dependencies=[Depends(anyone)])
async def show_docs(request: Request, parts: PartsDep) -> Response:
    """The whole interface on one page."""
    document = await parts.interface.document(request.app.openapi())
    page = docs.page(document.merged)
    headers = {"Content-Security-Policy": DOCS_POLICY}
    return Response(page, headers=headers, media_type="text/html")


@router.get("/status")
async def show_status(actor: StatusViewer, parts: PartsDep) -> list[ServiceStatus]:  # noqa: ARG001
    """Whether each service takes work, and what is wrong where it does not."""
    return await parts.interface.status()
