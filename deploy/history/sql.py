"""How rows of an order become rows of its copies."""

from __future__ import annotations

from contracts.topics import PARTITIONS

INVOICED = """
    SELECT o.order_id, i.invoice_id AS document_id, i.number, i.issued_at AS at
    FROM invoices i
    JOIN order_accounts o USING (order_id)
    WHERE o.covered_minor = CASE WHEN $2 THEN o.total_minor ELSE 0 END
      AND o.invoiced_minor = o.total_minor AND i.gross_minor = o.total_minor
    ORDER BY i.order_id DESC
    LIMIT $1
"""
PAID_AT_ONCE = """
    SELECT a.order_id, r.receipt_id AS document_id, r.number, r.recorded_at AS at
    FROM allocations a
    JOIN receipts r USING (receipt_id)
    JOIN order_accounts o ON o.order_id = a.order_id
    WHERE a.order_id = ANY($1::uuid[]) AND r.state = 'CONFIRMED' AND a.undone_minor = 0
      AND a.amount_minor = r.amount_minor AND r.amount_minor = o.total_minor
"""
SHIPPED_AT_ONCE = """
    SELECT order_id, shipment_id AS document_id, number
    FROM shipments s
    WHERE order_id = ANY($1::uuid[]) AND status = 'RECEIVED'
      AND NOT EXISTS (SELECT FROM pick_tasks p WHERE p.order_id = s.order_id)
"""
PLACED = """
    SELECT order_id, number, dealer_id, submitted_at
    FROM orders
    WHERE order_id = ANY($1::uuid[]) AND phase = 'COMPLETED'
    ORDER BY order_id DESC
    LIMIT $2
"""

PREPARING = """
    CREATE TEMP TABLE originals (
        place int, order_id uuid, number text, dealer_id uuid, began timestamptz,
        ended timestamptz, shipment_id uuid, shipment_number text, invoice_id uuid,
        invoice_number text, receipt_id uuid, receipt_number text
    );
    CREATE TEMP TABLE copies (
        copy int, place int, began timestamptz, slower float8, mask bigint,
        number text, shipment_number text, invoice_number text, receipt_number text
    );
    CREATE FUNCTION pg_temp.copied(id uuid, shift_ms bigint, mask bigint) RETURNS uuid
    LANGUAGE sql IMMUTABLE AS $$
        SELECT (lpad(to_hex(('x' || substr(hex, 1, 12))::bit(48)::bigint - shift_ms), 12, '0')
                || substr(hex, 13, 8)
                || lpad(to_hex(('x' || substr(hex, 21, 12))::bit(48)::bigint # mask), 12, '0')
               )::uuid
        FROM (SELECT replace(id::text, '-', '') AS hex) AS written
    $$;
    CREATE TEMP TABLE chosen (
        copy int, mask bigint, shift_ms bigint, was timestamptz, began timestamptz, slower float8,
        order_id uuid, number text, shipment_id uuid, shipment_number text, invoice_id uuid,
        invoice_number text, receipt_id uuid, receipt_number text,
        new_order_id uuid, new_number text, new_shipment_id uuid, new_shipment_number text,
        new_invoice_id uuid, new_invoice_number text, new_receipt_id uuid, new_receipt_number text
    );
"""
CHOSEN = """
    INSERT INTO chosen
    SELECT c.copy, c.mask, s.shift_ms, o.began, c.began, c.slower,
           o.order_id, o.number, o.shipment_id, o.shipment_number, o.invoice_id, o.invoice_number,
           o.receipt_id, o.receipt_number,
           pg_temp.copied(o.order_id, s.shift_ms, c.mask), c.number,
           pg_temp.copied(o.shipment_id, s.shift_ms, c.mask), c.shipment_number,
           pg_temp.copied(o.invoice_id, s.shift_ms, c.mask), c.invoice_number,
           pg_temp.copied(o.receipt_id, s.shift_ms, c.mask), c.receipt_number
    FROM copies c
    JOIN originals o USING (place)
    CROSS JOIN LATERAL (
        SELECT (extract(epoch FROM o.began - c.began) * 1000)::bigint AS shift_ms
    ) s
    WHERE c.copy >= $1 AND c.copy < $2
"""
KEY = """
    CASE t.key WHEN uuid_send(c.order_id) THEN uuid_send(c.new_order_id)
               WHEN uuid_send(c.shipment_id) THEN uuid_send(c.new_shipment_id)
               WHEN uuid_send(c.invoice_id) THEN uuid_send(c.new_invoice_id)
               WHEN uuid_send(c.receipt_id) THEN uuid_send(c.new_receipt_id)
               ELSE t.key END
"""
PARTITION = f"""
    (('x' || encode(substr({KEY}, octet_length(t.key) - 3), 'hex'))::bit(32)::bigint
     % {PARTITIONS})::smallint
"""
NUMBER = """
    INSERT INTO document_numbers AS n (series, last) VALUES ($1, $2)
    ON CONFLICT (series) DO UPDATE SET last = n.last + excluded.last
    RETURNING last
"""
REACHED = """
    INSERT INTO document_numbers AS n (series, last)
    SELECT * FROM unnest($1::text[], $2::int[])
    ON CONFLICT (series) DO UPDATE SET last = greatest(n.last, excluded.last)
"""
LEFT = """
    SELECT DISTINCT m.warehouse_id
    FROM stock_moves m
    JOIN originals o ON m.document_id = o.shipment_id
"""
INBOUND = """
    INSERT INTO inbounds (inbound_id, number, warehouse_id, source, posted_by, posted_at)
    SELECT $1, $2, $3, '往年入库', (SELECT posted_by FROM inbounds LIMIT 1), $4
"""
BROUGHT = """
    INSERT INTO stock_moves (document_id, line_no, kind, warehouse_id, sku, quantity, moved_at)
    SELECT $1, row_number() OVER (ORDER BY m.sku), 'INBOUND', $2, m.sku,
           -sum(m.quantity * copied.times), $3
    FROM stock_moves m
    JOIN originals o ON m.document_id = o.shipment_id
    JOIN (SELECT place, count(*) AS times FROM copies GROUP BY place) copied USING (place)
    WHERE m.warehouse_id = $2
    GROUP BY m.sku
"""
BALANCED = """
    UPDATE accounts AS a
    SET receivable_minor = a.receivable_minor + n.receivable,
        wallet_minor = a.wallet_minor - n.wallet,
        advances_minor = a.advances_minor - n.advances
    FROM (
        SELECT e.dealer_id,
               coalesce(sum(e.amount_minor * times) FILTER (WHERE e.code = 'receivable'), 0)
                   AS receivable,
               coalesce(sum(e.amount_minor * times) FILTER (WHERE e.code = 'wallet'), 0) AS wallet,
               coalesce(sum(e.amount_minor * times) FILTER (WHERE e.code = 'advances'), 0)
                   AS advances
        FROM originals o
        JOIN (SELECT place, count(*) AS times FROM copies GROUP BY place) copied USING (place)
        JOIN entries e ON e.order_id = o.order_id
                          OR (e.order_id IS NULL AND e.document_id = o.receipt_id)
        GROUP BY e.dealer_id
    ) n
    WHERE a.dealer_id = n.dealer_id
"""
