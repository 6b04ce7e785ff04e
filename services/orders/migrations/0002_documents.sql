-- Lines and shipments of an order are documents of its row, written and read with it (ADR 17).
-- Long ones stand beside the row, so that a step of the saga that leaves them does not copy them.

-- The owner, who migrates, sees rows only while row-level security is not forced on him.
ALTER TABLE orders NO FORCE ROW LEVEL SECURITY;
ALTER TABLE order_lines NO FORCE ROW LEVEL SECURITY;
ALTER TABLE order_shipments NO FORCE ROW LEVEL SECURITY;

ALTER TABLE orders
    ADD COLUMN lines     json NOT NULL DEFAULT '[]',  -- services.orders.domain.order.Line
    ADD COLUMN shipments json NOT NULL DEFAULT '[]';  -- services.orders.domain.order.Shipment

UPDATE orders AS o
SET lines = (
        SELECT coalesce(json_agg(to_jsonb(l) - 'order_id' ORDER BY l.line_no), '[]')
        FROM order_lines l
        WHERE l.order_id = o.order_id
    ),
    shipments = (
        SELECT coalesce(json_agg(to_jsonb(s) - 'order_id' - 'place' ORDER BY s.place), '[]')
        FROM order_shipments s
        WHERE s.order_id = o.order_id
    );

DO $$
BEGIN
    IF EXISTS (SELECT FROM orders WHERE lines::text = '[]') THEN
        RAISE EXCEPTION 'an order would be left without lines';
    END IF;
END $$;

ALTER TABLE orders
    ALTER COLUMN lines DROP DEFAULT,
    ALTER COLUMN shipments DROP DEFAULT,
    ALTER COLUMN lines SET STORAGE EXTERNAL,
    ALTER COLUMN shipments SET STORAGE EXTERNAL,
    SET (toast_tuple_target = 800);  -- a row of more than 2 kB is brought down to this
ALTER TABLE orders FORCE ROW LEVEL SECURITY;

DROP TABLE order_lines;
DROP TABLE order_shipments;

-- The same as rows, for reports and invariants; what a caller may see is decided by `orders`.
CREATE VIEW order_lines WITH (security_invoker = true) AS
SELECT o.order_id, l.*
FROM orders o
CROSS JOIN LATERAL json_to_recordset(o.lines) AS l(
    line_no     int,
    sku         text,
    quantity    bigint,
    name        text,
    unit        text,
    unit_price  text,
    tax_rate_bp int,
    net_minor   bigint,
    tax_minor   bigint,
    gross_minor bigint,
    rule        text,
    picked      bigint,
    shipped     bigint,
    delivered   bigint,
    received    bigint
);
