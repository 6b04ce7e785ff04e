-- Every service database starts with these.

CREATE SEQUENCE outbox_position CACHE 1;  -- a cached sequence would break the order per key

CREATE TABLE outbox (                     -- insert-only
    xid         xid8     NOT NULL DEFAULT pg_current_xact_id(),
    position    bigint   NOT NULL DEFAULT nextval('outbox_position'),
    message_id  uuid     NOT NULL,
    type        text     NOT NULL,
    topic       text     NOT NULL,         -- without the cell
    partition   smallint NOT NULL,         -- contracts.topics.partition_of(key)
    key         bytea    NOT NULL,
    sequence    int,                       -- the aggregate's version, where the message has one
    cause       uuid,                      -- the message this one answers
    actor       text,                      -- the user on whose request it all began
    traceparent text,
    body        bytea    NOT NULL CHECK (octet_length(body) <= 524288)
);
CREATE INDEX outbox_by_xid ON outbox (xid, position);

CREATE TABLE outbox_cursor (              -- published: all that `seen` shows, and of `batch` up to `position`
    one      boolean     PRIMARY KEY DEFAULT true CHECK (one),
    seen     pg_snapshot NOT NULL DEFAULT '1:1:',
    batch    pg_snapshot,
    position bigint      NOT NULL DEFAULT 0
);
INSERT INTO outbox_cursor DEFAULT VALUES;

CREATE TABLE inbox (
    message_id uuid        PRIMARY KEY,
    handled_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE parked (                     -- a key whose message cannot be handled, and all that came after it
    key        bytea       NOT NULL,
    position   bigint      GENERATED ALWAYS AS IDENTITY,
    message_id uuid        NOT NULL UNIQUE,
    type       text        NOT NULL,
    body       bytea       NOT NULL,
    error      text        NOT NULL,      -- empty for the messages that only wait behind it
    parked_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (key, position)
);
