"""Money: accounts, credit, receipts, invoices and the journal. A debit is positive."""

from __future__ import annotations

from deploy.ctl.invariants.question import Invariant

MONEY = (
    Invariant(
        "I-6",
        "Every balance is the sum of its journal entries, and no wallet is below zero.",
        "billing",
        """
        SELECT a.code AS subject,
               CASE WHEN a.wallet_minor < 0 OR a.wallet_minor <> -coalesce(e.wallet, 0)
                         OR a.advances_minor <> -coalesce(e.advances, 0)
                         OR a.receivable_minor <> coalesce(e.receivable, 0)
                    THEN format('wallet %s, advances %s, receivable %s; journal %s, %s, %s',
                                a.wallet_minor, a.advances_minor, a.receivable_minor,
                                -coalesce(e.wallet, 0), -coalesce(e.advances, 0),
                                coalesce(e.receivable, 0)) END AS fault
        FROM accounts a
        LEFT JOIN (
            SELECT dealer_id,
                   sum(amount_minor) FILTER (WHERE code = 'wallet') AS wallet,
                   sum(amount_minor) FILTER (WHERE code = 'advances') AS advances,
                   sum(amount_minor) FILTER (WHERE code = 'receivable') AS receivable
            FROM entries
            GROUP BY dealer_id
        ) e USING (dealer_id)
        """,
    ),
    Invariant(
        "I-7",
        "No dealer holds or owes more than his limit and what was approved above it.",
        "billing",
        """
        SELECT a.code AS subject,
               CASE WHEN a.held_minor + a.receivable_minor
                         > a.credit_limit_minor + a.temporary_limit_minor + a.over_limit_minor
                    THEN format('%s held, %s owed, limit %s, for a while %s, approved above it %s',
                                a.held_minor, a.receivable_minor, a.credit_limit_minor,
                                a.temporary_limit_minor, a.over_limit_minor)
                    WHEN a.temporary_limit_minor <> coalesce(g.granted, 0)
                    THEN format('for a while %s, grants sum to %s', a.temporary_limit_minor,
                                coalesce(g.granted, 0))
                    WHEN a.held_minor <> coalesce(o.held, 0)
                    THEN format('%s held, orders hold %s', a.held_minor, coalesce(o.held, 0))
               END AS fault
        FROM accounts a
        LEFT JOIN (
            SELECT dealer_id, sum(held_minor) AS held FROM order_accounts GROUP BY dealer_id
        ) o USING (dealer_id)
        LEFT JOIN (
            SELECT dealer_id, sum(amount_minor) AS granted FROM limit_grants
            WHERE state = 'ACTIVE' AND order_id IS NULL
            GROUP BY dealer_id
        ) g USING (dealer_id)
        """,
    ),
    Invariant(
        "I-9",
        "A receipt is what it pays for orders, and the rest is in the wallet.",
        "billing",
        """
        SELECT r.number AS subject,
               CASE WHEN coalesce(a.standing, 0) <> r.allocated_minor
                         OR r.allocated_minor > r.amount_minor
                    THEN format('%s received, %s allocated, allocations sum to %s', r.amount_minor,
                                r.allocated_minor, coalesce(a.standing, 0)) END AS fault
        FROM receipts r
        LEFT JOIN (
            SELECT receipt_id, sum(amount_minor - undone_minor) AS standing
            FROM allocations
            GROUP BY receipt_id
        ) a USING (receipt_id)
        """,
    ),
    Invariant(
        "I-10",
        "No more is given back than was paid, invoiced than was ordered, credited than invoiced.",
        "billing",
        """
        SELECT o.number || ' ' || o.order_id AS subject,
               CASE WHEN o.returned_minor > coalesce(a.paid, 0)
                         OR o.covered_minor <> coalesce(a.standing, 0)
                    THEN format('%s paid, %s standing, counts %s covered and %s returned',
                                coalesce(a.paid, 0), coalesce(a.standing, 0), o.covered_minor,
                                o.returned_minor)
                    WHEN o.invoiced_minor <> coalesce(i.invoiced, 0)
                         OR o.invoiced_minor > o.total_minor
                    THEN format('total %s, %s invoiced, invoices sum to %s', o.total_minor,
                                o.invoiced_minor, coalesce(i.invoiced, 0))
                    WHEN o.credited_minor <> coalesce(c.credited, 0)
                         OR o.credited_minor > o.invoiced_minor
                    THEN format('%s invoiced, %s credited, credit notes sum to %s',
                                o.invoiced_minor, o.credited_minor, coalesce(c.credited, 0))
               END AS fault
        FROM order_accounts o
        LEFT JOIN (
            SELECT order_id, sum(amount_minor) AS paid,
                   sum(amount_minor - undone_minor) AS standing
            FROM allocations
            GROUP BY order_id
        ) a USING (order_id)
        LEFT JOIN (
            SELECT order_id, sum(gross_minor) AS invoiced FROM invoices GROUP BY order_id
        ) i USING (order_id)
        LEFT JOIN (
            SELECT order_id, sum(gross_minor) AS credited FROM credit_notes
            WHERE state = 'ISSUED'
            GROUP BY order_id
        ) c USING (order_id)
        """,
    ),
    Invariant(
        "V-7",
        "No line is credited beyond what was invoiced of it, in pieces or in money.",
        "billing",
        """
        SELECT i.number || ' ' || l.line_no AS subject,
               CASE WHEN sum(c.quantity) > l.quantity OR sum(c.gross_minor) > l.gross_minor
                         OR sum(c.tax_minor) > l.tax_minor
                         OR sum(c.quantity) = l.quantity
                            AND (sum(c.gross_minor), sum(c.tax_minor))
                                <> (l.gross_minor, l.tax_minor)
                    THEN format('%s of %s pieces credited, %s of %s', sum(c.quantity), l.quantity,
                                sum(c.gross_minor), l.gross_minor) END AS fault
        FROM invoice_lines l
        JOIN invoices i USING (invoice_id)
        JOIN credit_notes n ON n.invoice_id = l.invoice_id AND n.state <> 'REJECTED'
        JOIN credit_note_lines c ON c.credit_note_id = n.credit_note_id AND c.line_no = l.line_no
        GROUP BY i.number, l.invoice_id, l.line_no, l.quantity, l.gross_minor, l.tax_minor
        """,
    ),
    Invariant(
        "I-11",
        "What a bank or provider calls one payment is booked at most once.",
        "billing",
        """
        SELECT method || ' ' || reference AS subject,
               CASE WHEN count(*) > 1 THEN format('booked %s times', count(*)) END AS fault
        FROM receipts
        WHERE state = 'CONFIRMED' AND reference IS NOT NULL
        GROUP BY method, reference
        """,
    ),
    Invariant(
        "R2",
        "No shipment is invoiced twice.",
        "billing",
        """
        SELECT shipment_id::text AS subject,
               CASE WHEN count(*) > 1 THEN format('invoiced %s times', count(*)) END AS fault
        FROM invoices
        GROUP BY shipment_id
        """,
    ),
    Invariant(
        "R5",
        "Every transaction of the journal sums to zero.",
        "billing",
        """
        SELECT transaction_id::text AS subject,
               CASE WHEN sum(amount_minor) <> 0
                    THEN format('sums to %s', sum(amount_minor)) END AS fault
        FROM entries
        GROUP BY transaction_id
        """,
    ),
    Invariant(
        "F-27",
        "The numbers of invoices, credit notes, receipts and refunds have no gaps.",
        "billing",
        """
        SELECT series AS subject,
               CASE WHEN last <> count(*) OR count(*) <> count(DISTINCT number)
                    THEN format('%s numbers taken, %s documents', last, count(*)) END AS fault
        FROM document_numbers
        LEFT JOIN (
            SELECT number FROM invoices UNION ALL SELECT number FROM receipts
            UNION ALL SELECT number FROM refunds UNION ALL SELECT number FROM credit_notes
        ) documents ON number LIKE series || '-%'
        GROUP BY series, last
        """,
    ),
)
