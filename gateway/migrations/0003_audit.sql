-- Who changed what about whom; nobody who serves requests can change it afterwards.

CREATE TABLE audit_log (
    entry_id   uuid        PRIMARY KEY,             -- UUIDv7: sorted by time
    at         timestamptz NOT NULL DEFAULT now(),
    actor      text        NOT NULL,                -- 'user:<id>', 'client:<id>', 'operator'
    action     text        NOT NULL,                -- e.g. 'users.assign'
    subject_id uuid        NOT NULL,
    facts      jsonb       NOT NULL                 -- what is new; never a secret
);
CREATE INDEX audit_log_by_subject ON audit_log (subject_id, entry_id);
REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM gateway;
