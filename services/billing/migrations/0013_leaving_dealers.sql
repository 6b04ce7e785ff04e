-- A dealer leaves, and dealers is told what stands in his account (F-50).
ALTER TABLE accounts
    ADD COLUMN settling     boolean NOT NULL DEFAULT false,
    ADD COLUMN balance_told bigint[];              -- what was told last of this version of him
CREATE INDEX accounts_settling ON accounts (dealer_id) WHERE settling;
