"""How rows of an order become rows of its copies."""

from __future__ import annotations

from contracts.topics import PARTITIONS

PREPARING = """
    CREATE TEMP TABLE originals (
        place int, order_id uuid, number text, shipment_id uuid, shipment_number text,
        invoice_id uuid, invoice_number text
    );
    CREATE TEMP TABLE copies (
        copy int, size int, shift_ms bigint, mask bigint, shipment_series text, shipment_base int,
        invoice_series text, invoice_base int
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
        copy int, shift_ms bigint, mask bigint, shift interval,
        order_id uuid, number text, shipment_id uuid, shipment_number text, invoice_id uuid,
        invoice_number text, new_order_id uuid, new_number text, new_shipment_id uuid,
        new_shipment_number text, new_invoice_id uuid, new_invoice_number text
    );
"""
CHOSEN = """
    INSERT INTO chosen
    SELECT c.copy, c.shift_ms, c.mask, c.shift_ms * interval '1 ms',
           o.order_id, o.number, o.shipment_id, o.shipment_number, o.invoice_id, o.invoice_number,
           pg_temp.copied(o.order_id, c.shift_ms, c.mask),
           o.number || '-' || to_hex(c.mask >> 15),
           pg_temp.copied(o.shipment_id, c.shift_ms, c.mask),
           c.shipment_series || '-' || lpad((c.shipment_base + o.place)::text, 6, '0'),
           pg_temp.copied(o.invoice_id, c.shift_ms, c.mask),
           c.invoice_series || '-' || lpad((c.invoice_base + o.place)::text, 6, '0')
    FROM copies c
    JOIN originals o ON o.place <= c.size
    WHERE c.copy >= $1 AND c.copy < $2
"""
KEY = """
    CASE t.key WHEN uuid_send(c.order_id) THEN uuid_send(c.new_order_id)
               WHEN uuid_send(c.shipment_id) THEN uuid_send(c.new_shipment_id)
               WHEN uuid_send(c.invoice_id) THEN uuid_send(c.new_invoice_id)
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
LEFT = """
    SELECT DISTINCT m.warehouse_id
    FROM stock_moves m
    JOIN originals o ON m.document_id = o.shipment_id
"""
INBOUND = """
    INSERT INTO inbounds (inbound_id, number, warehouse_id, source, posted_by, posted_at)
    SELECT $1, $2, $3, '往年入库', (SELECT posted_by FROM inbounds LIMIT 1), now() - $4::interval
"""
BROUGHT = """
    INSERT INTO stock_moves (document_id, line_no, kind, warehouse_id, sku, quantity, moved_at)
    SELECT $1, row_number() OVER (ORDER BY m.sku), 'INBOUND', $2, m.sku,
           -sum(m.quantity * copied.times), now() - $3::interval
    FROM stock_moves m
    JOIN originals o ON m.document_id = o.shipment_id
    CROSS JOIN LATERAL (SELECT count(*) AS times FROM copies WHERE size >= o.place) copied
    WHERE m.warehouse_id = $2
    GROUP BY m.sku
"""
OWED = """
    UPDATE accounts AS a
    SET receivable_minor = a.receivable_minor + n.owed
    FROM (
        SELECT e.dealer_id, sum(e.amount_minor * copied.times) AS owed
        FROM entries e
        JOIN originals o USING (order_id)
        CROSS JOIN LATERAL (SELECT count(*) AS times FROM copies WHERE size >= o.place) copied
        WHERE e.code = 'receivable'
        GROUP BY e.dealer_id
    ) n
    WHERE a.dealer_id = n.dealer_id
"""
