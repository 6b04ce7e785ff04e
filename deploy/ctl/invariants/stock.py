"""Goods: what lies in the warehouses, what is held for orders, and what left."""

from __future__ import annotations

from deploy.ctl.invariants.question import Invariant

STOCK = (
    Invariant(
        "I-1",
        "Of no SKU is less on hand, or more reserved, than there can be.",
        "inventory",
        """
        SELECT w.code || ' ' || s.sku AS subject,
               CASE WHEN s.on_hand < 0 OR s.reserved < 0 OR s.in_doubt < 0
                         OR s.reserved + s.in_doubt > s.on_hand
                    THEN format('%s on hand, %s reserved, %s in doubt',
                                s.on_hand, s.reserved, s.in_doubt) END AS fault
        FROM stock s
        JOIN warehouses w USING (warehouse_id)
        """,
    ),
    Invariant(
        "I-2",
        "What is reserved, or waited for, is what open orders hold, or wait for.",
        "inventory",
        """
        SELECT s.warehouse_id || ' ' || s.sku AS subject,
               CASE WHEN s.reserved <> coalesce(h.held, 0)
                         OR s.backordered <> coalesce(h.waited, 0)
                    THEN format('%s reserved, orders hold %s; %s backordered, orders wait for %s',
                                s.reserved, coalesce(h.held, 0),
                                s.backordered, coalesce(h.waited, 0)) END AS fault
        FROM stock s
        LEFT JOIN (
            SELECT f.warehouse_id, l.sku, sum(l.backordered) AS waited,
                   sum(l.quantity - l.backordered - l.closed - l.shipped) AS held
            FROM fulfilments f
            JOIN fulfilment_lines l USING (order_id)
            WHERE f.state IN ('SOFT', 'FIRM', 'IN_WAREHOUSE', 'PUT_BACK')
            GROUP BY f.warehouse_id, l.sku
        ) h USING (warehouse_id, sku)
        """,
    ),
    Invariant(
        "I-3",
        "Every ordered piece is in one place: held, picked, shipped, backordered or given up.",
        "inventory",
        """
        SELECT l.order_id || ' line ' || l.line_no AS subject,
               CASE WHEN NOT (0 <= l.shipped AND l.shipped <= l.picked
                              AND l.picked <= l.quantity - l.backordered - l.closed
                              AND 0 <= l.backordered AND 0 <= l.closed)
                         OR (f.state = 'SHIPPED' AND l.shipped <> l.quantity - l.closed)
                         OR (f.state IN ('SOFT', 'FIRM') AND l.picked <> 0)
                         OR (f.state IN ('CANCELLED', 'EXPIRED', 'REFUSED') AND l.shipped <> 0)
                         OR (f.state NOT IN ('SOFT', 'FIRM', 'IN_WAREHOUSE') AND l.backordered <> 0)
                    THEN format('%s: %s ordered, %s backordered, %s closed, %s picked, %s shipped',
                                f.state, l.quantity, l.backordered, l.closed, l.picked, l.shipped)
               END AS fault
        FROM fulfilment_lines l
        JOIN fulfilments f USING (order_id)
        """,
    ),
    Invariant(
        "I-4",
        "No more is received than delivered, than shipped; and what left is on an outbound note.",
        "inventory",
        """
        SELECT l.order_id || ' line ' || l.line_no AS subject,
               CASE WHEN NOT (0 <= l.received AND l.received <= l.delivered
                              AND l.delivered <= l.shipped)
                         OR l.shipped <> coalesce(m.shipped, 0)
                         OR l.delivered <> coalesce(m.delivered, 0)
                         OR l.received <> coalesce(m.received, 0)
                    THEN format('%s shipped, %s delivered, %s received; by the notes %s, %s, %s',
                                l.shipped, l.delivered, l.received, coalesce(m.shipped, 0),
                                coalesce(m.delivered, 0), coalesce(m.received, 0)) END AS fault
        FROM fulfilment_lines l
        LEFT JOIN (
            SELECT s.order_id, m.line_no, -sum(m.quantity) AS shipped,
                   -sum(m.quantity) FILTER (WHERE s.status IN ('DELIVERED', 'RECEIVED'))
                       AS delivered,
                   -sum(m.quantity) FILTER (WHERE s.status = 'RECEIVED') AS received
            FROM stock_moves m
            JOIN shipments s ON s.shipment_id = m.document_id
            GROUP BY s.order_id, m.line_no
        ) m USING (order_id, line_no)
        """,
    ),
    Invariant(
        "I-5",
        "What is on hand is the sum of all moves.",
        "inventory",
        """
        SELECT coalesce(s.warehouse_id, m.warehouse_id) || ' ' || coalesce(s.sku, m.sku) AS subject,
               CASE WHEN coalesce(s.on_hand, 0) <> coalesce(m.moved, 0)
                    THEN format('%s on hand, moves sum to %s', s.on_hand, m.moved) END AS fault
        FROM stock s
        FULL JOIN (
            SELECT warehouse_id, sku, sum(quantity) AS moved
            FROM stock_moves
            GROUP BY warehouse_id, sku
        ) m USING (warehouse_id, sku)
        """,
    ),
    Invariant(
        "R3",
        "Stock is never oversold: what can still be promised is not below zero.",
        "inventory",
        """
        SELECT warehouse_id || ' ' || sku AS subject,
               CASE WHEN on_hand - reserved - in_doubt < 0
                    THEN format('%s available', on_hand - reserved - in_doubt) END AS fault
        FROM stock
        """,
    ),
    Invariant(
        "I-1",
        "What is in doubt is what pickers did not find and nobody counted since.",
        "inventory",
        """
        SELECT s.warehouse_id || ' ' || s.sku AS subject,
               CASE WHEN s.in_doubt <> coalesce(d.doubted, 0)
                    THEN format('%s in doubt, %s told', s.in_doubt, coalesce(d.doubted, 0))
               END AS fault
        FROM stock s
        LEFT JOIN (
            SELECT warehouse_id, sku, sum(quantity) AS doubted
            FROM stock_doubts
            WHERE settled_by IS NULL
            GROUP BY warehouse_id, sku
        ) d USING (warehouse_id, sku)
        """,
    ),
)
