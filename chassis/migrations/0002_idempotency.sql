-- Answers to requests that must have their effect once (Idempotency-Key).

CREATE TABLE idempotency (
    scope        text        NOT NULL,     -- who asked for what: '<dealer or user id> <action>'
    key          text        NOT NULL,
    request_hash bytea       NOT NULL,     -- SHA-256 of the canonical request
    status       smallint    NOT NULL,     -- of the HTTP answer
    answer       bytea       NOT NULL,     -- its body
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- Document numbers without gaps (F-27): the counter row is part of the transaction.
CREATE TABLE document_numbers (
    series text   PRIMARY KEY,             -- e.g. 'CK-2611': outbound notes of November 2026
    last   bigint NOT NULL
);
