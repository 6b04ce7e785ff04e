-- People who log in, and what they may do.

CREATE TABLE users (
    user_id       uuid        PRIMARY KEY,
    login         text        NOT NULL UNIQUE,      -- normalised by domain.login_key
    name          text        NOT NULL,
    password_hash text,                             -- Argon2id; NULL: cannot log in with a password
    roles         text[]      NOT NULL CHECK (
        cardinality(roles) > 0
        AND roles <@ ARRAY['ADM', 'FIN', 'PCK', 'WHS', 'DLV', 'SAL', 'DLR', 'APPLICANT', 'MACHINE']
    ),
    dealer_id     uuid,
    warehouse_ids uuid[],                           -- NULL: works in all
    waiver        text,                             -- why duties that should stay apart are in one hand
    active        boolean     NOT NULL DEFAULT true,
    version       int         NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CHECK (('DLR' = ANY (roles)) = (dealer_id IS NOT NULL))
);
CREATE INDEX users_by_dealer ON users (dealer_id) WHERE dealer_id IS NOT NULL;

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON users TO gateway USING (true) WITH CHECK (true);
CREATE POLICY reader ON users FOR SELECT TO gateway_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR user_id = seeing_user());

-- What the gateway must know of dealers: who owns a live event, and how to greet a dealer.
CREATE TABLE dealers (
    dealer_id      uuid PRIMARY KEY,
    name           text NOT NULL,
    salesperson_id uuid,
    version        int  NOT NULL
);
CREATE INDEX dealers_by_salesperson ON dealers (salesperson_id);

ALTER TABLE dealers ENABLE ROW LEVEL SECURITY;
ALTER TABLE dealers FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dealers TO gateway USING (true) WITH CHECK (true);
CREATE POLICY reader ON dealers FOR SELECT TO gateway_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR salesperson_id = seeing_user());

CREATE TABLE invitations (
    code_hash  bytea       PRIMARY KEY,             -- SHA-256; the code itself was shown once
    invited_by uuid        NOT NULL,
    expires_at timestamptz NOT NULL,
    used_by    uuid                                 -- the user who registered with it
);
