-- Dunning 催款 (P-09): how long a dealer's oldest invoice is overdue, and what he was told of it.

ALTER TABLE accounts ADD COLUMN credit_days int;   -- NULL: not told since this is kept; nobody is dunned

CREATE TABLE dunnings (
    dealer_id     uuid        PRIMARY KEY,
    level         int         NOT NULL CHECK (level >= 0),    -- 0: nothing that is overdue for long enough
    overdue_minor bigint      NOT NULL CHECK (overdue_minor >= 0),
    days_overdue  int         NOT NULL CHECK (days_overdue >= 0),   -- of the oldest
    since         timestamptz NOT NULL                        -- of the level
);
CREATE INDEX dunnings_by_level ON dunnings (level DESC, dealer_id) WHERE level > 0;

REVOKE DELETE ON dunnings FROM billing;

ALTER TABLE dunnings ENABLE ROW LEVEL SECURITY;
ALTER TABLE dunnings FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dunnings TO billing USING (true) WITH CHECK (true);
CREATE POLICY reader ON dunnings FOR SELECT TO billing_reader
    USING (sees_all() OR dealer_id = seen_dealer()
           OR dealer_id IN (SELECT dealer_id FROM accounts WHERE salesperson_id = seeing_user()));
