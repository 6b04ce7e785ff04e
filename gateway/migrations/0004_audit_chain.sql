-- Each entry of the audit log carries a digest over itself and over the digest before it. Whoever
-- changes, removes or inserts one, even as the owner of the table, breaks the chain from there on.

ALTER TABLE audit_log ADD COLUMN position bigint UNIQUE;  -- NULL: older than the chain
ALTER TABLE audit_log ADD COLUMN digest bytea;            -- SHA-256

CREATE TABLE audit_head (                                 -- the newest link; locked by whoever adds one
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint  NOT NULL,
    digest   bytea   NOT NULL
);
INSERT INTO audit_head (position, digest) VALUES (0, sha256(''));
