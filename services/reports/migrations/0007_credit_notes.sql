-- Sales are what was invoiced less what was credited. Credit notes that were told before reports
-- listened to them come by `rebuild`.
CREATE INDEX order_events_of_credit_notes ON order_events (at)
    WHERE type = 'billing.credit-note-issued.v1';

CREATE OR REPLACE VIEW sales WITH (security_invoker = true) AS
SELECT e.message_id, e.order_id, e.dealer_id, o.salesperson_id, d.province, d.city,
       e.at AS invoiced_at, o.submitted_at,
       l.sku, e.sign * l.quantity AS quantity, e.sign * l.net_minor AS net_minor,
       e.sign * l.tax_minor AS tax_minor, e.sign * l.gross_minor AS gross_minor,
       e.sign < 0 AS credit
FROM (
    SELECT message_id, order_id, dealer_id, at, facts, 1 AS sign
    FROM order_events
    WHERE type = 'billing.invoice-issued.v1'
    UNION ALL
    SELECT message_id, order_id, dealer_id, at, facts, -1
    FROM order_events
    WHERE type = 'billing.credit-note-issued.v1'
) AS e
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
) AS l;
