"""Invoices of shipments, and orders with money still to come."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from chassis.auth import Actor, allowed
from chassis.http import RuntimeDep
from chassis.pages import Page, PageQuery
from chassis.scope import reading
from services.billing.access import whose
from services.billing.domain.books import PaymentStatus
from services.billing.queries import invoices as queries
from services.billing.schemas.invoices import Invoice, InvoiceResponse, ReceivableResponse

invoices = APIRouter(prefix="/invoices", tags=["billing"])
receivables = APIRouter(prefix="/receivables", tags=["billing"])
Viewer = Annotated[Actor, Depends(allowed("invoices.view"))]
Collector = Annotated[Actor, Depends(allowed("receivables.view"))]


@invoices.get("", response_model=Page[Invoice])
async def list_invoices(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    dealer_id: UUID | None = None,
    order_id: UUID | None = None,
) -> Page[Invoice]:
    """Invoices, newest first."""
    async with reading(runtime, actor) as reader:
        return await queries.invoices(
            reader, page, dealer_id=whose(actor, dealer_id), order_id=order_id
        )


@invoices.get("/{invoice_id}", response_model=InvoiceResponse)
async def get_invoice(invoice_id: UUID, actor: Viewer, runtime: RuntimeDep) -> InvoiceResponse:
    """An invoice with its lines."""
    async with reading(runtime, actor) as reader:
        return await queries.invoice(reader, invoice_id)


@receivables.get("", response_model=Page[ReceivableResponse])
async def list_receivables(
    actor: Collector,
    runtime: RuntimeDep,
    page: PageQuery,
    dealer_id: UUID | None = None,
    status: Annotated[list[PaymentStatus] | None, Query(max_length=5)] = None,
) -> Page[ReceivableResponse]:
    """What finance has to collect: orders unpaid or partly paid, oldest first."""
    async with reading(runtime, actor) as reader:
        return await queries.receivables(
            reader, page, dealer_id=whose(actor, dealer_id), statuses=status or []
        )


@receivables.get("/counts")
async def count_receivables(actor: Collector, runtime: RuntimeDep) -> dict[PaymentStatus, int]:
    """How many orders there are to collect, by payment status."""
    async with reading(runtime, actor) as reader:
        return await queries.receivable_counts(reader, dealer_id=whose(actor, None))
