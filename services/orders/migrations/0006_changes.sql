-- What becomes of an order after it was placed: amendments, backorders, a remainder that is given up.

ALTER TABLE orders
    ADD COLUMN changes json,  -- services.orders.store.rows.UNCHANGED; null: nothing did
    DROP CONSTRAINT orders_status_check,
    ADD CONSTRAINT orders_status_check CHECK (status IN (
        'SUBMITTED', 'ON_HOLD', 'PENDING_CONFIRMATION', 'CONFIRMED', 'IN_FULFILMENT',
        'COMPLETED', 'CLOSED_SHORT', 'CANCELLING', 'CANCELLED', 'REJECTED', 'EXPIRED')) NOT VALID;

-- The amounts of a line are those of its whole quantity; of it `closed` is given up.
CREATE OR REPLACE VIEW order_lines WITH (security_invoker = true) AS
SELECT o.order_id, l.line_no, l.sku, l.quantity, l.name, l.unit, l.unit_price, l.tax_rate_bp,
       l.net_minor, l.tax_minor, l.gross_minor, l.rule, l.picked, l.shipped, l.delivered,
       l.received, coalesce(l.backordered, 0) AS backordered, coalesce(l.closed, 0) AS closed
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
    received    bigint,
    backordered bigint,
    closed      bigint
);
