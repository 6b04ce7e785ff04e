-- Temporary limits (P-01): for a dealer, or for one order; asked for, by a size approved by another
-- person, and over at their time.

ALTER TABLE accounts ADD COLUMN temporary_limit_minor bigint NOT NULL DEFAULT 0
    CHECK (temporary_limit_minor >= 0);      -- the active grants of the dealer that are for any order
ALTER TABLE accounts DROP CONSTRAINT exposure_within_limit;
ALTER TABLE accounts ADD CONSTRAINT exposure_within_limit CHECK
    (held_minor + receivable_minor <= credit_limit_minor + temporary_limit_minor + over_limit_minor);

CREATE TABLE limit_grants (
    grant_id     uuid        PRIMARY KEY,
    dealer_id    uuid        NOT NULL,
    order_id     uuid,                       -- NULL: for whatever the dealer orders
    amount_minor bigint      NOT NULL CHECK (amount_minor > 0),
    until        timestamptz NOT NULL,
    reason       text        NOT NULL,
    state        text        NOT NULL CHECK (state IN
                     ('REQUESTED', 'ACTIVE', 'REJECTED', 'REVOKED', 'EXPIRED')),
    requested_by uuid        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    approved_by  uuid        CHECK (approved_by <> requested_by),
    activated_at timestamptz,                -- also where nobody had to approve it
    closed_by    uuid,                       -- NULL: its time was over
    closed_at    timestamptz,
    note         text        NOT NULL DEFAULT '',   -- why it was rejected or revoked
    version      int         NOT NULL,
    CHECK (state <> 'ACTIVE' OR activated_at IS NOT NULL),
    CHECK ((state IN ('REJECTED', 'REVOKED', 'EXPIRED')) = (closed_at IS NOT NULL))
);
CREATE INDEX limit_grants_by_dealer ON limit_grants (dealer_id, grant_id);
CREATE INDEX limit_grants_by_order ON limit_grants (order_id) WHERE state = 'ACTIVE';
CREATE INDEX limit_grants_by_end ON limit_grants (until) WHERE state IN ('REQUESTED', 'ACTIVE');

REVOKE DELETE ON limit_grants FROM billing;

ALTER TABLE limit_grants ENABLE ROW LEVEL SECURITY;
ALTER TABLE limit_grants FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON limit_grants TO billing USING (true) WITH CHECK (true);
CREATE POLICY reader ON limit_grants FOR SELECT TO billing_reader
    USING (sees_all() OR dealer_id = seen_dealer()
           OR dealer_id IN (SELECT dealer_id FROM accounts WHERE salesperson_id = seeing_user()));
