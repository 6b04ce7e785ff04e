-- Files of the bank: what came in, whose it seems to be, and what finance decided.

CREATE TABLE reconciliations (
    reconciliation_id uuid        PRIMARY KEY,
    digest            bytea       NOT NULL UNIQUE,   -- of the file: the same one again is this one
    file_name         text        NOT NULL,
    line_count        int         NOT NULL,          -- lines in the file
    known_count       int         NOT NULL,          -- of these, lines that an earlier one had
    imported_by       uuid        NOT NULL,
    imported_at       timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE bank_lines (
    reconciliation_id uuid   NOT NULL,
    line_no           int    NOT NULL,
    booked_on         date   NOT NULL,
    amount_minor      bigint NOT NULL CHECK (amount_minor > 0),
    payer             text   NOT NULL,
    reference         text   NOT NULL,               -- what the payer wrote
    bank_reference    text   NOT NULL UNIQUE,        -- what the bank calls it
    state             text   NOT NULL CHECK (state IN ('OPEN', 'RECORDED', 'CONFIRMED', 'REJECTED')),
    matched_by        text   CHECK (matched_by IN ('RECEIPT', 'ORDER_NUMBER', 'PAYER', 'AMOUNT')),
    dealer_id         uuid,                          -- proposed, then confirmed; NULL: nobody's yet
    order_id          uuid,
    receipt_id        uuid   REFERENCES receipts,
    decided_by        uuid,
    decided_at        timestamptz,
    note              text   NOT NULL DEFAULT '',
    PRIMARY KEY (reconciliation_id, line_no),
    CHECK ((state IN ('RECORDED', 'CONFIRMED')) = (receipt_id IS NOT NULL))
);

REVOKE UPDATE, DELETE ON reconciliations FROM billing;
REVOKE DELETE ON bank_lines FROM billing;

ALTER TABLE bank_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE bank_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON bank_lines TO billing USING (true) WITH CHECK (true);
CREATE POLICY reader ON bank_lines FOR SELECT TO billing_reader
    USING (sees_all() OR (dealer_id = seen_dealer() AND state = 'CONFIRMED'));
