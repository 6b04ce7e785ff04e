-- Credit notes: parts of invoices taken back, asked for by one person and issued by another.

ALTER TABLE entries DROP CONSTRAINT entries_kind_check;
ALTER TABLE entries ADD CONSTRAINT entries_kind_check CHECK (kind IN
    ('RECEIPT', 'ALLOCATION', 'RETURN', 'REVERSAL', 'INVOICE', 'REFUND', 'CREDIT_NOTE')) NOT VALID;

ALTER TABLE order_accounts ADD COLUMN credited_minor bigint NOT NULL DEFAULT 0
    CHECK (credited_minor BETWEEN 0 AND invoiced_minor);

CREATE TABLE credit_notes (
    credit_note_id uuid        PRIMARY KEY,
    number         text        NOT NULL UNIQUE,
    dealer_id      uuid        NOT NULL,
    invoice_id     uuid        NOT NULL REFERENCES invoices,
    order_id       uuid        NOT NULL,
    net_minor      bigint      NOT NULL,
    tax_minor      bigint      NOT NULL,
    gross_minor    bigint      NOT NULL CHECK (gross_minor = net_minor + tax_minor),
    reason         text        NOT NULL,
    state          text        NOT NULL CHECK (state IN ('REQUESTED', 'ISSUED', 'REJECTED')),
    requested_by   uuid        NOT NULL,
    requested_at   timestamptz NOT NULL DEFAULT now(),
    decided_by     uuid,
    decided_at     timestamptz,
    note           text        NOT NULL DEFAULT '',   -- why it was rejected
    version        int         NOT NULL,
    CHECK (state <> 'ISSUED' OR decided_by <> requested_by),
    CHECK ((state = 'REQUESTED') = (decided_by IS NULL))
);
CREATE INDEX credit_notes_by_dealer ON credit_notes (dealer_id, credit_note_id);
CREATE INDEX credit_notes_by_invoice ON credit_notes (invoice_id);
CREATE INDEX credit_notes_by_order ON credit_notes (order_id);

CREATE TABLE credit_note_lines (
    credit_note_id uuid   NOT NULL,           -- no foreign key: written with its note, never changed
    line_no        int    NOT NULL,           -- of the invoice
    dealer_id      uuid   NOT NULL,
    sku            text   NOT NULL,
    quantity       bigint NOT NULL CHECK (quantity > 0),
    net_minor      bigint NOT NULL,
    tax_minor      bigint NOT NULL,
    gross_minor    bigint NOT NULL CHECK (gross_minor = net_minor + tax_minor),
    PRIMARY KEY (credit_note_id, line_no)
);

REVOKE DELETE ON credit_notes FROM billing;
REVOKE UPDATE, DELETE ON credit_note_lines FROM billing;

ALTER TABLE credit_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_notes FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON credit_notes TO billing USING (true) WITH CHECK (true);
CREATE POLICY reader ON credit_notes FOR SELECT TO billing_reader
    USING (sees_all() OR dealer_id = seen_dealer()
           OR dealer_id IN (SELECT dealer_id FROM accounts WHERE salesperson_id = seeing_user()));

ALTER TABLE credit_note_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_note_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON credit_note_lines TO billing USING (true) WITH CHECK (true);
CREATE POLICY reader ON credit_note_lines FOR SELECT TO billing_reader
    USING (sees_all() OR dealer_id = seen_dealer()
           OR dealer_id IN (SELECT dealer_id FROM accounts WHERE salesperson_id = seeing_user()));
