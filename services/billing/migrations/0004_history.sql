-- What an account stood at, at any past moment (U-02), and statements of a period (P-09).
-- A change counts from the statement that wrote it, under the lock of its account: the time of the
-- transaction's begin would put what had to wait before what it waited for.

ALTER TABLE entries ALTER COLUMN created_at SET DEFAULT statement_timestamp();
ALTER TABLE order_accounts ALTER COLUMN opened_at SET DEFAULT statement_timestamp();
ALTER TABLE order_accounts ADD COLUMN released_at timestamptz;   -- NULL: open, or released before this was kept

CREATE TABLE credit_limits (                 -- append-only: from when on which limit holds
    dealer_id   uuid        NOT NULL,
    since       timestamptz NOT NULL DEFAULT statement_timestamp(),
    limit_minor bigint      NOT NULL CHECK (limit_minor >= 0),
    PRIMARY KEY (dealer_id, since)
);
INSERT INTO credit_limits (dealer_id, since, limit_minor)
SELECT dealer_id, '-infinity', credit_limit_minor FROM accounts;   -- what they were before is not known

REVOKE UPDATE, DELETE ON credit_limits FROM billing;

ALTER TABLE credit_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_limits FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON credit_limits TO billing USING (true) WITH CHECK (true);
CREATE POLICY reader ON credit_limits FOR SELECT TO billing_reader
    USING (sees_all() OR dealer_id = seen_dealer()
           OR dealer_id IN (SELECT dealer_id FROM accounts WHERE salesperson_id = seeing_user()));
