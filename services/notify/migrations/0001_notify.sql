-- Whose work waits, what was told to whom, and the names to tell it with.

CREATE TABLE dealers (                     -- projection of dealers.state
    dealer_id      uuid PRIMARY KEY,
    name           text NOT NULL,
    salesperson_id uuid,
    version        int  NOT NULL
);

CREATE TABLE users (                       -- projection of gateway.state
    user_id uuid PRIMARY KEY,
    name    text NOT NULL,
    version int  NOT NULL
);

-- One row per piece of work. What is done before it was opened is a tombstone: DONE, never opened.
CREATE TABLE todos (
    todo_id      uuid        PRIMARY KEY,
    kind         text        NOT NULL,
    subject_id   uuid        NOT NULL,     -- the order, application or shipment that waits
    status       text        NOT NULL CHECK (status IN ('OPEN', 'DONE')),
    role         text        NOT NULL,
    user_id      uuid,                     -- the one user of the role whose work it is; null: any
    dealer_id    uuid,
    warehouse_id uuid,
    order_id     uuid,
    parameters   jsonb       NOT NULL,     -- facts for the title
    opened_by    uuid,                     -- message that opened it last: an older one is a replay
    opened_at    timestamptz,
    done_at      timestamptz,
    done_by      uuid,                     -- user; null: the system
    final        boolean     NOT NULL DEFAULT false,  -- its subject is over: it never opens again
    UNIQUE (kind, subject_id),
    CHECK (status = 'DONE' OR opened_at IS NOT NULL),
    CHECK (status = 'OPEN' OR done_at IS NOT NULL)
);
CREATE INDEX todos_open ON todos (role, opened_at, todo_id) WHERE status = 'OPEN';
CREATE INDEX todos_done ON todos (role, done_at, todo_id) WHERE status = 'DONE';

CREATE TABLE messages (
    message_id uuid        PRIMARY KEY,
    event_id   uuid        NOT NULL,       -- the message that it tells about
    template   text        NOT NULL,
    user_id    uuid,                       -- one reader; null: every user of the dealer
    dealer_id  uuid,
    order_id   uuid,
    parameters jsonb       NOT NULL,
    queued_at  timestamptz NOT NULL,       -- when the event happened
    UNIQUE (event_id, template),           -- told once, also after a replay of the whole history
    CHECK (user_id IS NOT NULL OR dealer_id IS NOT NULL)
);
CREATE INDEX messages_of_dealer ON messages (dealer_id, message_id);
CREATE INDEX messages_of_user ON messages (user_id, message_id) WHERE user_id IS NOT NULL;

CREATE TABLE message_reads (
    message_id uuid        NOT NULL REFERENCES messages,
    user_id    uuid        NOT NULL,
    read_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, user_id)
);

ALTER TABLE dealers ENABLE ROW LEVEL SECURITY;
ALTER TABLE dealers FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dealers TO notify USING (true) WITH CHECK (true);
CREATE POLICY reader ON dealers FOR SELECT TO notify_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR salesperson_id = seeing_user());

ALTER TABLE todos ENABLE ROW LEVEL SECURITY;
ALTER TABLE todos FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON todos TO notify USING (true) WITH CHECK (true);
CREATE POLICY reader ON todos FOR SELECT TO notify_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR user_id = seeing_user()
           -- work of no one salesperson waits for all of them
           OR (role = 'SAL' AND user_id IS NULL AND seen_dealer() IS NULL));

ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE messages FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON messages TO notify USING (true) WITH CHECK (true);
CREATE POLICY reader ON messages FOR SELECT TO notify_reader
    USING (user_id = seeing_user() OR (user_id IS NULL AND dealer_id = seen_dealer()));
