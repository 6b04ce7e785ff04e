-- Every service database starts with these.
-- Functions that change tables run as their owner (SECURITY DEFINER): the service itself may not.

CREATE SEQUENCE outbox_position CACHE 1;  -- a cached sequence would break the order per key

CREATE TABLE outbox (                     -- insert-only
    slot        smallint NOT NULL DEFAULT (extract(epoch FROM now())::bigint / 900 % 4)::smallint,
    xid         xid8     NOT NULL DEFAULT pg_current_xact_id(),
    position    bigint   NOT NULL DEFAULT nextval('outbox_position'),
    message_id  uuid     NOT NULL,         -- UUIDv7: also says when it happened
    type        text     NOT NULL,
    topic       text     NOT NULL,         -- without the cell
    partition   smallint NOT NULL,         -- contracts.topics.partition_of(key)
    key         bytea    NOT NULL,
    sequence    int,                       -- the aggregate's version, where the message has one
    cause       uuid,                      -- the message this one answers
    correlation uuid,                      -- the order it is all about
    actor       text,                      -- the user on whose request it all began
    traceparent text,
    headers     text,                      -- of a dead letter: those it came with (chassis.envelope)
    body        bytea    NOT NULL,
    CONSTRAINT outbox_body_size CHECK (octet_length(body) <= 524288)
) PARTITION BY LIST (slot);
CREATE INDEX outbox_by_xid ON outbox (xid, position);
COMMENT ON COLUMN outbox.slot IS 'which quarter of the hour the transaction began in';

-- Nothing is ever updated or deleted here, so there is nothing to vacuum.
CREATE TABLE outbox_0 PARTITION OF outbox FOR VALUES IN (0) WITH (autovacuum_enabled = false);
CREATE TABLE outbox_1 PARTITION OF outbox FOR VALUES IN (1) WITH (autovacuum_enabled = false);
CREATE TABLE outbox_2 PARTITION OF outbox FOR VALUES IN (2) WITH (autovacuum_enabled = false);
CREATE TABLE outbox_3 PARTITION OF outbox FOR VALUES IN (3) WITH (autovacuum_enabled = false);

CREATE TABLE outbox_moved (LIKE outbox);  -- its children are former partitions of the outbox
CREATE TABLE outbox_moved_parts (
    part     text        PRIMARY KEY,
    moved_at timestamptz NOT NULL DEFAULT now()
);

CREATE VIEW event_log AS                  -- all that was ever announced, for as long as it is kept
    SELECT xid, position, message_id, type, topic, partition, key, sequence, cause, correlation,
           actor, traceparent, headers, body
    FROM outbox
    UNION ALL
    SELECT xid, position, message_id, type, topic, partition, key, sequence, cause, correlation,
           actor, traceparent, headers, body
    FROM outbox_moved;

CREATE TABLE outbox_cursor (              -- published: all that `seen` shows, and of `batch` up to `position`
    one      boolean     PRIMARY KEY DEFAULT true CHECK (one),
    seen     pg_snapshot NOT NULL DEFAULT '1:1:',
    batch    pg_snapshot,
    position bigint      NOT NULL DEFAULT 0,
    system   bigint      NOT NULL         -- transaction ids mean nothing on another server
) WITH (fillfactor = 20);
INSERT INTO outbox_cursor (system) SELECT system_identifier FROM pg_control_system();

CREATE FUNCTION outbox_unpublished(slot int) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = public AS $$
DECLARE
    found boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM outbox_%s, outbox_cursor WHERE xid >= pg_snapshot_xmin(seen)'
        ' AND NOT pg_visible_in_snapshot(xid, seen))', slot) INTO found;
    RETURN found;
END $$;

-- Move one slot's partition to the log, as it is, and put an empty one in its place. It does so only
-- when all of it is published; the lock sees to it that nobody is just writing to it.
CREATE FUNCTION rotate_outbox(slot int, even_unpublished boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET lock_timeout = '100ms' AS $$
DECLARE
    leaf  text := 'outbox_' || slot;
    moved text := format('outbox_moved_%s_%s', to_char(clock_timestamp(), 'YYYYMMDDHH24MISSUS'), slot);
    empty boolean;
BEGIN
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', leaf) INTO empty;
    IF empty OR (outbox_unpublished(slot) AND NOT even_unpublished) THEN
        RETURN false;  -- without asking for the lock
    END IF;
    LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE;
    IF outbox_unpublished(slot) AND NOT even_unpublished THEN
        RETURN false;
    END IF;
    EXECUTE format('ALTER TABLE outbox DETACH PARTITION %I', leaf);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', leaf, moved);
    EXECUTE format('ALTER TABLE %I RESET (autovacuum_enabled)', moved);
    EXECUTE format('ALTER TABLE %I INHERIT outbox_moved', moved);
    EXECUTE format('CREATE TABLE %I PARTITION OF outbox FOR VALUES IN (%s)'
                   ' WITH (autovacuum_enabled = false)', leaf, slot);
    INSERT INTO outbox_moved_parts (part) VALUES (moved);
    RETURN true;
END $$;

CREATE FUNCTION drop_moved(kept interval) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET lock_timeout = '1s' AS $$
DECLARE
    old     text;
    dropped int := 0;
BEGIN
    FOR old IN DELETE FROM outbox_moved_parts WHERE moved_at < now() - kept RETURNING part LOOP
        EXECUTE format('DROP TABLE %I', old);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

-- Ranges of a UUIDv7 are ranges of time, and an id always falls into the same partition: the primary
-- key stays exact although old days are dropped.
CREATE TABLE inbox (
    message_id uuid PRIMARY KEY
) PARTITION BY RANGE (message_id);
CREATE FUNCTION first_uuid7(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

CREATE TABLE inbox_parts (                -- adjacent ranges of time
    part  text        PRIMARY KEY,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL
);
CREATE VIEW inbox_reach AS                -- the ids that the inbox can tell apart
    SELECT first_uuid7(min(since)) AS oldest, first_uuid7(max(until)) AS newest FROM inbox_parts;

CREATE FUNCTION add_inbox_part(since timestamptz, until timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = public SET timezone = 'UTC' AS $$
DECLARE
    part text := 'inbox_' || to_char(since, 'YYYYMMDD');
BEGIN
    -- Attaching does not disturb those who write to the other partitions.
    EXECUTE format('CREATE TABLE %I (LIKE inbox INCLUDING INDEXES)', part);
    EXECUTE format('ALTER TABLE inbox ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   part, first_uuid7(since), first_uuid7(until));
    INSERT INTO inbox_parts VALUES (part, since, until);
END $$;

-- One partition per day, made ahead; those are dropped whose every id is older than `kept`.
CREATE FUNCTION keep_inbox(kept interval, days_ahead int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET timezone = 'UTC' SET lock_timeout = '1s' AS $$
DECLARE
    today date := now();
    day   date;
    old   text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('inbox_parts'));
    IF NOT EXISTS (SELECT FROM inbox_parts) THEN
        PERFORM add_inbox_part(today - kept, today);  -- the whole past in one
    END IF;
    FOR day IN SELECT generate_series((SELECT max(until) FROM inbox_parts), today + days_ahead, '1 day') LOOP
        PERFORM add_inbox_part(day, day + 1);
    END LOOP;
    BEGIN
        FOR old IN DELETE FROM inbox_parts WHERE until <= now() - kept RETURNING part LOOP
            EXECUTE format('ALTER TABLE inbox DETACH PARTITION %I', old);
            EXECUTE format('DROP TABLE %I', old);
        END LOOP;
    EXCEPTION WHEN lock_not_available THEN
        NULL;  -- dropping can wait, the coming days cannot
    END;
END $$;
SELECT keep_inbox('14 days', 3);

CREATE TABLE parked_keys (                -- a key whose oldest message cannot be handled
    key         bytea       PRIMARY KEY,
    error       text        NOT NULL,
    attempts    int         NOT NULL DEFAULT 1,
    parked_at   timestamptz NOT NULL DEFAULT now(),
    next_try    timestamptz,              -- none: it waits for an operator
    exported_at timestamptz               -- when its oldest message went to the dead letter topic
);
CREATE INDEX parked_keys_due ON parked_keys (next_try) WHERE next_try IS NOT NULL;

CREATE TABLE parked (                     -- that message, and all of the key that came after it
    key        bytea    NOT NULL REFERENCES parked_keys,
    position   bigint   GENERATED ALWAYS AS IDENTITY,
    message_id uuid     NOT NULL UNIQUE,
    type       text     NOT NULL,
    topic      text     NOT NULL,
    partition  int      NOT NULL,
    "offset"   bigint   NOT NULL,
    headers    text     NOT NULL,
    body       bytea    NOT NULL,
    PRIMARY KEY (key, position)
);
