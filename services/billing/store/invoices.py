"""Invoices, one per shipment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.db import Tx
from services.billing.domain.invoices import Invoice


async def invoices_of_shipments(tx: Tx, shipment_ids: Collection[UUID]) -> dict[UUID, Invoice]:
    """Issued before, by shipment; without their lines."""
    rows = await tx.fetch(
        """
        SELECT invoice_id, number, order_id, order_number, dealer_id, shipment_id, issued_at,
               net_minor, tax_minor, gross_minor
        FROM invoices
        WHERE shipment_id = ANY($1::uuid[])
        """,
        list(shipment_ids),
    )
    return {row["shipment_id"]: Invoice(*row) for row in rows}


async def insert_invoices(tx: Tx, invoices: Sequence[Invoice]) -> None:
    await tx.execute(
        """
        INSERT INTO invoices (invoice_id, number, order_id, order_number, dealer_id, shipment_id,
                              issued_at, net_minor, tax_minor, gross_minor)
        SELECT invoice_id, number, order_id, order_number, dealer_id, shipment_id, issued_at, net,
               tax, gross
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[],
                    $7::timestamptz[], $8::bigint[], $9::bigint[], $10::bigint[])
             AS new(invoice_id, number, order_id, order_number, dealer_id, shipment_id, issued_at,
                    net, tax, gross)
        """,
        [invoice.invoice_id for invoice in invoices],
        [invoice.number for invoice in invoices],
        [invoice.order_id for invoice in invoices],
        [invoice.order_number for invoice in invoices],
        [invoice.dealer_id for invoice in invoices],
        [invoice.shipment_id for invoice in invoices],
        [invoice.issued_at for invoice in invoices],
        [invoice.net_minor for invoice in invoices],
        [invoice.tax_minor for invoice in invoices],
        [invoice.gross_minor for invoice in invoices],
    )


async def insert_invoice_lines(tx: Tx, invoices: Sequence[Invoice]) -> None:
    lines = [(invoice, line) for invoice in invoices for line in invoice.lines]
    await tx.execute(
        """
        INSERT INTO invoice_lines (invoice_id, dealer_id, line_no, sku, quantity, net_minor,
                                   tax_minor, gross_minor)
        SELECT invoice_id, dealer_id, line_no, sku, quantity, net, tax, gross
        FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::bigint[], $6::bigint[],
                    $7::bigint[], $8::bigint[])
             AS new(invoice_id, dealer_id, line_no, sku, quantity, net, tax, gross)
        """,
        [invoice.invoice_id for invoice, _ in lines],
        [invoice.dealer_id for invoice, _ in lines],
        [line.line_no for _, line in lines],
        [line.sku for _, line in lines],
        [line.quantity for _, line in lines],
        [line.net_minor for _, line in lines],
        [line.tax_minor for _, line in lines],
        [line.gross_minor for _, line in lines],
    )
