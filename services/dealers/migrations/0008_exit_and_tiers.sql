-- Dealers who leave (F-50), and the tree of tiers with what holds for each (F-51).

ALTER TABLE dealers
    DROP CONSTRAINT dealers_status_check,
    ADD CONSTRAINT dealers_status_check
        CHECK (status IN ('ACTIVE', 'SUSPENDED', 'ON_STOP', 'EXITING', 'EXITED')),
    ADD COLUMN exit        jsonb,                  -- domain.dealers.Exit: how far he is
    ADD COLUMN superior_id uuid REFERENCES dealers,
    ADD CONSTRAINT exit_of_the_exiting CHECK ((status = 'EXITING') = (exit IS NOT NULL)),
    ADD CONSTRAINT superior_is_another CHECK (superior_id <> dealer_id);
CREATE INDEX dealers_by_superior ON dealers (superior_id) WHERE superior_id IS NOT NULL;

CREATE TABLE tier_policies (                       -- on which terms a new dealer of the tier buys
    tier               text        PRIMARY KEY CHECK (tier IN ('PROVINCE', 'CITY', 'COUNTY')),
    terms              jsonb       NOT NULL,       -- contracts.dealers.Terms
    credit_limit_minor bigint      NOT NULL CHECK (credit_limit_minor >= 0),
    version            int         NOT NULL CHECK (version >= 1),
    set_by             uuid        NOT NULL,
    set_at             timestamptz NOT NULL
);
