-- Totals of orders that became others, or were asked to; the newest revision of an order counts.
-- What an order might owe at a past moment (U-02) is what the first change after it put aside.

CREATE TABLE adjustments (                   -- append-only; amounts in minor units
    order_id              uuid        NOT NULL,
    revision              int         NOT NULL,
    dealer_id             uuid        NOT NULL,
    previous_total_minor  bigint      NOT NULL,
    previous_credit_minor bigint      NOT NULL,
    total_minor           bigint      NOT NULL,
    credit_minor          bigint      NOT NULL,
    refusal               text        CHECK (refusal IN ('over-limit', 'released', 'invoiced')),
    adjusted_at           timestamptz NOT NULL DEFAULT statement_timestamp(),
    PRIMARY KEY (order_id, revision)
);

CREATE INDEX adjustments_by_dealer ON adjustments (dealer_id);

REVOKE UPDATE, DELETE ON adjustments FROM billing;

ALTER TABLE adjustments ENABLE ROW LEVEL SECURITY;
ALTER TABLE adjustments FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON adjustments TO billing USING (true) WITH CHECK (true);
CREATE POLICY reader ON adjustments FOR SELECT TO billing_reader
    USING (sees_all() OR dealer_id = seen_dealer()
           OR dealer_id IN (SELECT dealer_id FROM accounts WHERE salesperson_id = seeing_user()));
