"""Orders and their sagas."""

from __future__ import annotations

from deploy.ctl.invariants.question import Invariant

ORDERS = (
    Invariant(
        "I-8",
        "An order's total is the sum of its lines, and each line is its net and its tax.",
        "orders",
        """
        SELECT o.number AS subject,
               CASE WHEN o.total_minor <> sum(l.kept_minor)
                         OR bool_or(l.gross_minor <> l.net_minor + l.tax_minor)
                         OR bool_or(l.gross_minor IS NULL)
                    THEN format('total %s, lines sum to %s', o.total_minor, sum(l.kept_minor))
               END AS fault
        FROM orders o
        JOIN (
            SELECT *, CASE closed WHEN 0 THEN gross_minor
                      ELSE (2 * gross_minor * (quantity - closed) + quantity) / (2 * quantity)
                      END AS kept_minor
            FROM order_lines
        ) l USING (order_id)
        WHERE o.total_minor IS NOT NULL
        GROUP BY o.order_id
        """,
    ),
    Invariant(
        "I-4",
        "Every order has lines; no more is received than delivered, shipped, picked, ordered.",
        "orders",
        """
        SELECT o.number AS subject,
               CASE WHEN count(l.line_no) = 0 THEN 'it has no lines'
                    WHEN NOT bool_and(0 <= l.received AND l.received <= l.delivered
                                      AND l.delivered <= l.shipped AND l.shipped <= l.picked
                                      AND l.picked <= l.quantity)
                         OR sum(l.quantity) = 0
                    THEN string_agg(format('line %s: %s of %s picked, %s shipped, %s received',
                                           l.line_no, l.picked, l.quantity, l.shipped, l.received),
                                    '; ') END AS fault
        FROM orders o
        LEFT JOIN order_lines l USING (order_id)
        GROUP BY o.order_id
        """,
    ),
    Invariant(
        "I-3",
        "Of a line no piece is picked, owed or given up twice.",
        "orders",
        """
        SELECT o.number || ' line ' || l.line_no AS subject,
               CASE WHEN l.backordered < 0 OR l.closed < 0
                         OR l.picked + l.backordered + l.closed > l.quantity
                         OR (o.phase = 'COMPLETED' AND l.received + l.closed <> l.quantity)
                    THEN format('%s ordered: %s picked, %s received, %s backordered, %s closed',
                                l.quantity, l.picked, l.received, l.backordered, l.closed)
               END AS fault
        FROM orders o
        JOIN order_lines l USING (order_id)
        """,
    ),
    Invariant(
        "I-12",
        "Every order has ended, waits in a role's queue, or a timer looks after it.",
        "orders",
        """
        SELECT number AS subject,
               CASE WHEN phase IN ('FORWARD', 'BACKWARD') AND queue IS NULL AND wake_at IS NULL
                         AND submitted_at < now() - interval '2 minutes'
                    THEN format('%s at %s: nobody and nothing will look at it', status, at)
               END AS fault
        FROM orders
        """,
    ),
    Invariant(
        "R1",
        "What was accepted is stored: every answered key has its order.",
        "orders",
        """
        SELECT i.scope || ' ' || i.key AS subject,
               CASE WHEN o.order_id IS NULL THEN 'answered with 201, and there is no such order'
               END AS fault
        FROM idempotency i
        LEFT JOIN LATERAL jsonb_path_query(
            convert_from(i.answer, 'UTF8')::jsonb, 'strict $.**.order_id'
        ) AS told(order_id) ON true
        LEFT JOIN orders o ON o.order_id = (told.order_id #>> '{}')::uuid
        WHERE i.status = 201
          AND (i.scope LIKE '% POST /orders' OR i.scope LIKE '% POST /carts/{cart_id}/submit')
        """,
    ),
    Invariant(
        "R2",
        "No order is answered to two keys.",
        "orders",
        """
        SELECT order_id::text AS subject,
               CASE WHEN count(*) > 1 THEN format('answered to %s keys', count(*)) END AS fault
        FROM (
            SELECT substring(convert_from(answer, 'UTF8') FROM '"order_id" ?: ?"([^"]+)"')
                       AS order_id
            FROM idempotency
            WHERE status = 201 AND scope LIKE '% POST /orders'
        ) answered
        GROUP BY order_id
        """,
    ),
    Invariant(
        "R4",
        "Every saga ends: none has waited for an answer two minutes beyond its deadline.",
        "orders",
        """
        SELECT number AS subject,
               CASE WHEN phase IN ('FORWARD', 'BACKWARD')
                         AND deadline < now() - interval '2 minutes'
                    THEN format('%s at %s, attempt %s, due %s', status, at, attempt, deadline)
               END AS fault
        FROM orders
        """,
    ),
    Invariant(
        "R4",
        "An ended order is at rest: its status, its saga and its stock agree.",
        "orders",
        """
        SELECT number AS subject,
               CASE WHEN phase = 'COMPLETED' AND status NOT IN ('COMPLETED', 'CLOSED_SHORT')
                         OR phase = 'UNDONE' AND status NOT IN ('CANCELLED', 'REJECTED', 'EXPIRED')
                    THEN format('the saga is %s, the order %s', phase, status) END AS fault
        FROM orders
        WHERE phase IN ('COMPLETED', 'UNDONE')
        """,
    ),
    Invariant(
        "R7",
        "The events of an order were announced as 1, 2, 3 … without gap, in this order.",
        "orders",
        """
        SELECT encode(key, 'hex') AS subject,
               CASE WHEN max(sequence) <> count(DISTINCT sequence) OR min(sequence) <> 1
                         OR bool_or(sequence < before)
                    THEN format('%s events from %s to %s', count(*), min(sequence), max(sequence))
               END AS fault
        FROM (
            SELECT key, sequence,
                   lag(sequence) OVER (PARTITION BY key ORDER BY position) AS before
            FROM event_log
            WHERE topic = 'orders.events'
        ) events
        GROUP BY key
        """,
    ),
)
