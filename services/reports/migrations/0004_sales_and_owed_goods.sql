-- Sales and owed goods are read from the events themselves, which are kept as they came: a row more
-- for each line would cost every order more than all of its events do now.

ALTER TABLE dealers ADD province text;     -- null: not told since reports keeps it; `rebuild` learns it
ALTER TABLE dealers ADD city     text;

CREATE TABLE products (                    -- projection of catalog.state
    sku     text PRIMARY KEY,
    name    text NOT NULL,
    version int  NOT NULL
);

-- The days of a report pick their invoices: one entry for each invoice, none for other events.
CREATE INDEX order_events_of_invoices ON order_events (at)
    WHERE type = 'billing.invoice-issued.v1';

-- What was invoiced, line by line; of an invoice that was told without lines, its total as one.
CREATE VIEW sales WITH (security_invoker = true) AS
SELECT e.message_id, e.order_id, e.dealer_id, o.salesperson_id, d.province, d.city,
       e.at AS invoiced_at, o.submitted_at,
       l.sku, l.quantity, l.net_minor, l.tax_minor, l.gross_minor
FROM order_events e
JOIN orders o ON o.order_id = e.order_id
LEFT JOIN dealers d ON d.dealer_id = e.dealer_id
CROSS JOIN LATERAL (
    SELECT sku, quantity, net_minor, tax_minor, gross_minor
    FROM json_to_recordset(e.facts -> 'lines')
        AS line(sku text, quantity bigint, net_minor bigint, tax_minor bigint, gross_minor bigint)
    UNION ALL
    SELECT NULL, 0, net_minor, tax_minor, gross_minor
    FROM json_to_record(e.facts) AS whole(net_minor bigint, tax_minor bigint, gross_minor bigint)
    WHERE coalesce(json_array_length(e.facts -> 'lines'), 0) = 0
) AS l
WHERE e.type = 'billing.invoice-issued.v1';

-- What is promised and not over, line by line: how much was ordered, and how much has left.
CREATE VIEW promised_goods WITH (security_invoker = true) AS
SELECT o.order_id, o.number, o.dealer_id, o.salesperson_id, o.submitted_at,
       l.line_no, l.sku, l.warehouse_id, l.ordered, l.shipped
FROM orders o
CROSS JOIN LATERAL (
    SELECT line.line_no, line.sku,
           max(e.facts ->> 'warehouse_id') FILTER (WHERE e.type = 'orders.order-submitted.v1')::uuid
               AS warehouse_id,
           sum(line.quantity) FILTER (WHERE e.type = 'orders.order-submitted.v1')::bigint
               AS ordered,
           coalesce(sum(line.quantity) FILTER (WHERE e.type = 'inventory.outbound-posted.v1'), 0)
               ::bigint AS shipped
    FROM order_events e
    CROSS JOIN LATERAL json_to_recordset(e.facts -> 'lines')
        AS line(line_no int, sku text, quantity bigint)
    WHERE e.order_id = o.order_id
      AND e.type IN ('orders.order-submitted.v1', 'inventory.outbound-posted.v1')
    GROUP BY line.line_no, line.sku
) AS l
WHERE o.status IN ('CONFIRMED', 'IN_FULFILMENT');
