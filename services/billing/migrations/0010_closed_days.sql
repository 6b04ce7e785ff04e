-- Closed business days (F-21): the journal is always posted today, so what is closed stays as it is
-- (E-32); money that came on a closed day is booked on the next open one, and keeps both days.

CREATE TABLE closed_days (                   -- a day closes all before it, too
    day             date        PRIMARY KEY, -- of Asia/Shanghai
    closed_by       uuid        NOT NULL,
    closed_at       timestamptz NOT NULL DEFAULT statement_timestamp(),
    exception_count int         NOT NULL CHECK (exception_count >= 0),   -- open at that time
    note            text        NOT NULL,    -- why it could be closed with them
    CHECK (exception_count = 0 OR note <> '')
);
REVOKE UPDATE, DELETE ON closed_days FROM billing;

ALTER TABLE receipts ADD COLUMN booked_on date CHECK (booked_on > received_on);   -- NULL: the day it came

ALTER TABLE reconciliations ADD COLUMN repeated_lines int[] NOT NULL DEFAULT '{}';   -- twice in the file
ALTER TABLE reconciliations ADD COLUMN repeated_references text[] NOT NULL DEFAULT '{}';

CREATE VIEW reconciliation_exceptions WITH (security_invoker = true) AS
SELECT l.reconciliation_id, 'MISSING_HERE' AS kind, l.booked_on AS day, l.line_no,
       l.bank_reference, l.amount_minor, NULL::uuid AS receipt_id, NULL::bigint AS recorded_minor
FROM bank_lines l
WHERE l.state = 'OPEN'
UNION ALL
SELECT l.reconciliation_id, 'AMOUNT_DIFFERS', l.booked_on, l.line_no, l.bank_reference,
       l.amount_minor, r.receipt_id, r.amount_minor
FROM bank_lines l
JOIN receipts r ON r.receipt_id = l.receipt_id
WHERE l.state = 'RECORDED' AND r.state = 'CONFIRMED' AND r.amount_minor <> l.amount_minor
UNION ALL
SELECT r.reconciliation_id, 'DUPLICATE', l.booked_on, repeated.line_no, l.bank_reference,
       l.amount_minor, NULL, NULL
FROM reconciliations r
CROSS JOIN LATERAL unnest(r.repeated_lines, r.repeated_references) AS repeated (line_no, reference)
JOIN bank_lines l ON l.bank_reference = repeated.reference
UNION ALL
SELECT spans.reconciliation_id, 'MISSING_THERE', r.received_on, NULL, r.reference, NULL,
       r.receipt_id, r.amount_minor
FROM (
    SELECT reconciliation_id, min(booked_on) AS first_day, max(booked_on) AS last_day
    FROM bank_lines
    GROUP BY reconciliation_id
) spans
JOIN receipts r ON r.received_on BETWEEN spans.first_day AND spans.last_day
WHERE r.method = 'BANK_TRANSFER' AND r.reference IS NOT NULL AND r.state = 'CONFIRMED'
  AND NOT EXISTS (SELECT FROM bank_lines l WHERE l.receipt_id = r.receipt_id);
