-- Refunds to a dealer's bank account: asked for, approved by another person, paid.
-- What is asked for leaves the wallet at once, so that nothing else spends it.

ALTER TABLE entries DROP CONSTRAINT entries_kind_check;
ALTER TABLE entries ADD CONSTRAINT entries_kind_check CHECK (kind IN
    ('RECEIPT', 'ALLOCATION', 'RETURN', 'REVERSAL', 'INVOICE', 'REFUND')) NOT VALID;
ALTER TABLE entries DROP CONSTRAINT entries_code_check;
ALTER TABLE entries ADD CONSTRAINT entries_code_check CHECK (code IN
    ('cash', 'wallet', 'advances', 'receivable', 'revenue', 'tax', 'refunds')) NOT VALID;

CREATE TABLE refunds (
    refund_id      uuid        PRIMARY KEY,
    number         text        NOT NULL UNIQUE,
    dealer_id      uuid        NOT NULL,
    amount_minor   bigint      NOT NULL CHECK (amount_minor > 0),
    reason         text        NOT NULL,
    bank           text        NOT NULL,
    account_name   text        NOT NULL,
    account_number text        NOT NULL,
    state          text        NOT NULL CHECK (state IN
                       ('REQUESTED', 'APPROVED', 'FAILED', 'PAID', 'REJECTED')),
    requested_by   uuid        NOT NULL,
    requested_at   timestamptz NOT NULL DEFAULT now(),
    approved_by    uuid        CHECK (approved_by <> requested_by),
    approved_at    timestamptz,
    closed_by      uuid,                     -- who paid or rejected it
    closed_at      timestamptz,
    bank_reference text,                     -- what the bank calls the transfer
    note           text        NOT NULL DEFAULT '',   -- why it failed or was rejected
    version        int         NOT NULL,
    CHECK (state NOT IN ('APPROVED', 'FAILED', 'PAID') OR approved_by IS NOT NULL),
    CHECK ((state = 'PAID') = (bank_reference IS NOT NULL))
);
CREATE INDEX refunds_by_dealer ON refunds (dealer_id, refund_id);
CREATE UNIQUE INDEX refunds_by_reference ON refunds (bank_reference);

REVOKE DELETE ON refunds FROM billing;

ALTER TABLE refunds ENABLE ROW LEVEL SECURITY;
ALTER TABLE refunds FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON refunds TO billing USING (true) WITH CHECK (true);
CREATE POLICY reader ON refunds FOR SELECT TO billing_reader
    USING (sees_all() OR dealer_id = seen_dealer()
           OR dealer_id IN (SELECT dealer_id FROM accounts WHERE salesperson_id = seeing_user()));
