"""What two services say of the same thing must agree."""

from __future__ import annotations

from deploy.ctl.invariants.question import Comparison, Question

ACROSS: tuple[Question, ...] = (
    Comparison(
        "R3",
        "An order that ended holds no stock, and a completed one has had its goods.",
        (
            "orders",
            """
            SELECT order_id::text AS key,
                   CASE phase WHEN 'COMPLETED' THEN 'SHIPPED' ELSE 'nothing held' END AS value
            FROM orders
            WHERE phase = 'COMPLETED' OR (phase = 'UNDONE' AND stock <> 'UNKNOWN')
            """,
        ),
        (
            "inventory",
            """
            SELECT coalesce(part_of, order_id)::text AS key,
                   string_agg(DISTINCT
                              CASE WHEN state IN ('CANCELLED', 'EXPIRED', 'REFUSED')
                                   THEN 'nothing held' ELSE state END, ', ') AS value
            FROM fulfilments
            GROUP BY 1
            """,
        ),
    ),
    Comparison(
        "R2",
        "Every line left the warehouse exactly as often as the order says.",
        (
            "orders",
            """
            SELECT order_id || ' line ' || line_no AS key,
                   format('%s shipped, %s received', shipped, received) AS value
            FROM order_lines
            JOIN orders USING (order_id)
            WHERE phase = 'COMPLETED'
            """,
        ),
        (
            "inventory",
            """
            SELECT coalesce(part_of, order_id) || ' line ' || line_no AS key,
                   format('%s shipped, %s received', sum(shipped), sum(received)) AS value
            FROM fulfilment_lines
            JOIN fulfilments USING (order_id)
            GROUP BY 1
            """,
        ),
    ),
    Comparison(
        "R2",
        "A completed order is invoiced once, to the cent.",
        (
            "orders",
            """
            SELECT order_id::text AS key, total_minor::text AS value
            FROM orders
            WHERE phase = 'COMPLETED'
            """,
        ),
        (
            "billing",
            """
            SELECT order_id::text AS key, sum(gross_minor)::text AS value
            FROM invoices
            GROUP BY order_id
            """,
        ),
    ),
    Comparison(
        "R2",
        "Billing and orders agree on what covers an order.",
        (
            "orders",
            """
            SELECT order_id::text AS key, covered_minor::text AS value
            FROM orders
            WHERE phase = 'COMPLETED'
            """,
        ),
        (
            "billing",
            "SELECT order_id::text AS key, covered_minor::text AS value FROM order_accounts",
        ),
    ),
    Comparison(
        "I-7",
        "An order that was undone holds no credit and no money.",
        (
            "orders",
            """
            SELECT order_id::text AS key, '0 held, 0 covering' AS value
            FROM orders
            WHERE phase = 'UNDONE' AND credit <> 'UNKNOWN'
            """,
        ),
        (
            "billing",
            """
            SELECT order_id::text AS key,
                   format('%s held, %s covering', held_minor, covered_minor) AS value
            FROM order_accounts
            """,
        ),
    ),
    Comparison(
        "F-50",
        "A dealer who has left has no open order.",
        (
            "dealers",
            "SELECT dealer_id::text AS key, '0 open' AS value FROM dealers WHERE status = 'EXITED'",
        ),
        (
            "orders",
            """
            SELECT d.dealer_id::text AS key, count(o.order_id) || ' open' AS value
            FROM dealers d
            LEFT JOIN orders o ON o.dealer_id = d.dealer_id AND o.phase IN ('FORWARD', 'BACKWARD')
            GROUP BY d.dealer_id
            """,
        ),
    ),
)
