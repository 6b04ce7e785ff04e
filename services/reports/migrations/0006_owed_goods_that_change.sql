-- What is promised follows amendments, and what was given up is owed no more. A line that came by an
-- amendment leaves the warehouse of the order.
CREATE OR REPLACE VIEW promised_goods WITH (security_invoker = true) AS
SELECT o.order_id, o.number, o.dealer_id, o.salesperson_id, o.submitted_at,
       l.line_no, l.sku, s.warehouse_id, l.ordered, l.shipped
FROM orders o
CROSS JOIN LATERAL (
    SELECT (e.facts ->> 'warehouse_id')::uuid AS warehouse_id
    FROM order_events e
    WHERE e.order_id = o.order_id AND e.type = 'orders.order-submitted.v1'
    LIMIT 1
) AS s
CROSS JOIN LATERAL (
    SELECT line.line_no, line.sku,
           (array_agg(line.quantity ORDER BY coalesce((e.facts ->> 'amendment')::int, 0) DESC)
               FILTER (WHERE e.type IN ('orders.order-submitted.v1', 'orders.order-amended.v1')))[1]
           - coalesce(sum(line.quantity)
                 FILTER (WHERE e.type = 'orders.order-lines-short-closed.v1'), 0)::bigint
               AS ordered,
           coalesce(sum(line.quantity) FILTER (WHERE e.type = 'inventory.outbound-posted.v1'), 0)
               ::bigint AS shipped
    FROM order_events e
    CROSS JOIN LATERAL json_to_recordset(e.facts -> 'lines')
        AS line(line_no int, sku text, quantity bigint)
    WHERE e.order_id = o.order_id
      AND e.type IN ('orders.order-submitted.v1', 'orders.order-amended.v1',
                     'orders.order-lines-short-closed.v1', 'inventory.outbound-posted.v1')
    GROUP BY line.line_no, line.sku
) AS l
WHERE o.status IN ('CONFIRMED', 'IN_FULFILMENT');
