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
        "P-17",
        "The parts of an order stand together: each in a warehouse of its own, none more or less.",
        "inventory",
        """
        SELECT f.order_id::text AS subject,
               CASE WHEN f.parts <> 1 + count(p.order_id)
                    THEN format('%s parts, %s of them there', f.parts, 1 + count(p.order_id))
                    WHEN count(DISTINCT p.warehouse_id) <> count(p.order_id)
                         OR f.warehouse_id = ANY(array_agg(p.warehouse_id))
                    THEN 'two parts in one warehouse'
                    WHEN f.state IN ('SOFT', 'FIRM', 'EXPIRED', 'REFUSED')
                         AND bool_or(p.state <> f.state)
                    THEN format('%s, and its parts %s', f.state, string_agg(p.state, ', '))
               END AS fault
        FROM fulfilments f
        LEFT JOIN fulfilments p ON p.part_of = f.order_id
        WHERE f.part_of IS NULL
        GROUP BY f.order_id
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
        "P-24",
        "Where a shelf is kept by bin or lot, what lies there adds up to what is on hand.",
        "inventory",
        """
        SELECT s.warehouse_id || ' ' || s.sku AS subject,
               CASE WHEN s.on_hand <> b.quantity
                    THEN format('%s on hand, %s in bins and lots', s.on_hand, b.quantity)
                    WHEN b.sku IS NULL AND s.on_hand > 0 AND w.mode <> 'DIRECT'
                         AND (p.lot_tracked OR EXISTS (SELECT FROM bins
                                                       WHERE bins.warehouse_id = s.warehouse_id))
                    THEN format('%s on hand, in no bin or lot', s.on_hand) END AS fault
        FROM stock s
        JOIN warehouses w USING (warehouse_id)
        LEFT JOIN products p USING (sku)
        LEFT JOIN (
            SELECT warehouse_id, sku, sum(quantity) AS quantity
            FROM stowed
            GROUP BY warehouse_id, sku
        ) b USING (warehouse_id, sku)
        """,
    ),
    Invariant(
        "P-24",
        "What is picked of a bin and lot is what orders took from it and have not shipped.",
        "inventory",
        """
        SELECT warehouse_id || ' ' || sku || ' ' || bin || ' ' || lot AS subject,
               CASE WHEN coalesce(b.picked, 0) <> coalesce(t.picked, 0)
                    THEN format('%s picked, orders took %s', b.picked, t.picked) END AS fault
        FROM stowed b
        FULL JOIN (
            SELECT f.warehouse_id, l.sku, t.bin, t.lot, sum(t.quantity) AS picked
            FROM picked_from t
            JOIN fulfilment_lines l USING (order_id, line_no)
            JOIN fulfilments f USING (order_id)
            GROUP BY f.warehouse_id, l.sku, t.bin, t.lot
        ) t USING (warehouse_id, sku, bin, lot)
        """,
    ),
    Invariant(
        "P-24",
        "What a move took from bins and lots, or put there, is what it moved.",
        "inventory",
        """
        SELECT m.document_id || ' line ' || m.line_no AS subject,
               CASE WHEN m.quantity <> s.quantity
                    THEN format('%s moved, %s in bins and lots', m.quantity, s.quantity)
               END AS fault
        FROM stock_moves m
        JOIN (
            SELECT document_id, line_no, sum(quantity) AS quantity
            FROM stowed_moves
            GROUP BY document_id, line_no
        ) s USING (document_id, line_no)
        """,
    ),
    Invariant(
        "F-25",
        "What was sent to another warehouse is there, lost, or on its way.",
        "inventory",
        """
        SELECT d.number || ' line ' || l.line_no AS subject,
               CASE WHEN coalesce(-m.quantity, 0) <> CASE WHEN d.posted_by IS NULL THEN 0
                                                          ELSE l.quantity END
                    THEN format('%s: %s written, %s left', d.status, l.quantity, -m.quantity)
                    WHEN coalesce(l.received, 0) <> coalesce(i.quantity, 0)
                    THEN format('%s received, %s by the inbound note', l.received, i.quantity)
                    WHEN (l.received IS NULL) = (d.status = 'POSTED') OR l.received > l.quantity
                    THEN format('%s: %s sent, %s received', d.status, l.quantity, l.received)
               END AS fault
        FROM stock_documents d
        JOIN stock_document_lines l USING (document_id)
        LEFT JOIN stock_moves m ON m.document_id = d.document_id AND m.line_no = l.line_no
        LEFT JOIN (
            SELECT document_id, sku, sum(quantity) AS quantity
            FROM stock_moves
            GROUP BY document_id, sku
        ) i ON i.document_id = d.inbound_id AND i.sku = l.sku
        WHERE d.kind = 'TRANSFER'
        """,
    ),
    Invariant(
        "F-67",
        "What came of expected goods is on their inbound notes.",
        "inventory",
        """
        SELECT d.number || ' ' || l.sku AS subject,
               CASE WHEN coalesce(l.received, 0) <> coalesce(i.quantity, 0)
                    THEN format('%s received, %s by the inbound notes', l.received, i.quantity)
               END AS fault
        FROM stock_documents d
        JOIN stock_document_lines l USING (document_id)
        LEFT JOIN (
            SELECT n.expected_id, m.sku, sum(m.quantity) AS quantity
            FROM inbounds n
            JOIN stock_moves m ON m.document_id = n.inbound_id
            WHERE n.expected_id IS NOT NULL
            GROUP BY n.expected_id, m.sku
        ) i ON i.expected_id = d.document_id AND i.sku = l.sku
        WHERE d.kind = 'ARRIVAL'
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
