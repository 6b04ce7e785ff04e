-- What proves who somebody is. Only hashes are stored: a stolen copy of the database opens nothing.

CREATE TABLE sessions (                             -- browsers: an opaque cookie
    token_hash bytea       PRIMARY KEY,             -- SHA-256 of 256 random bits
    user_id    uuid        NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at    timestamptz NOT NULL DEFAULT now(),  -- to the minute: not every request writes
    expires_at timestamptz NOT NULL                 -- the end, however busy it is
);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE api_clients (                          -- machines: warehouses, carriers, dealers' ERPs
    client_id     uuid        PRIMARY KEY,
    name          text        NOT NULL UNIQUE,
    secret_hash   bytea       NOT NULL,             -- SHA-256 of 256 random bits
    roles         text[]      NOT NULL CHECK (
        cardinality(roles) > 0
        AND roles <@ ARRAY['ADM', 'FIN', 'PCK', 'WHS', 'DLV', 'SAL', 'DLR', 'MACHINE']
    ),
    dealer_id     uuid,
    warehouse_ids uuid[],
    waiver        text,
    active        boolean     NOT NULL DEFAULT true,
    version       int         NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CHECK (('DLR' = ANY (roles)) = (dealer_id IS NOT NULL))
);

ALTER TABLE api_clients ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_clients FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON api_clients TO gateway USING (true) WITH CHECK (true);
CREATE POLICY reader ON api_clients FOR SELECT TO gateway_reader
    USING (sees_all() OR dealer_id = seen_dealer());

CREATE TABLE access_tokens (                        -- of machines: client credentials (RFC 6749 §4.4)
    token_hash bytea       PRIMARY KEY,
    client_id  uuid        NOT NULL REFERENCES api_clients,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX access_tokens_by_client ON access_tokens (client_id);
CREATE INDEX access_tokens_by_end ON access_tokens (expires_at);
