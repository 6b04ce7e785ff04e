-- E-mail: who can be reached where, who wants what, and what is to be sent.

CREATE TABLE mailboxes (                   -- projection of gateway.state, apart from the names: private
    user_id   uuid    PRIMARY KEY,
    dealer_id uuid,
    email     text,                        -- null: he gets no e-mail
    language  text    NOT NULL,
    active    boolean NOT NULL,
    version   int     NOT NULL
);
CREATE INDEX mailboxes_of_dealer ON mailboxes (dealer_id) WHERE dealer_id IS NOT NULL;

-- A row says: about this he wants no e-mail.
CREATE TABLE muted (
    user_id  uuid NOT NULL,
    template text NOT NULL,
    PRIMARY KEY (user_id, template)
);

-- One row while e-mail is switched on. What happened before is never sent, whatever is replayed.
CREATE TABLE mailing (
    one   boolean     PRIMARY KEY DEFAULT true CHECK (one),
    since timestamptz NOT NULL
);

-- One row per message and reader, written with the message; the worker sends what is due.
CREATE TABLE mails (
    message_id uuid        NOT NULL REFERENCES messages,
    user_id    uuid        NOT NULL,
    status     text        NOT NULL DEFAULT 'DUE' CHECK (status IN ('DUE', 'SENT', 'DROPPED', 'GIVEN_UP')),
    attempts   int         NOT NULL DEFAULT 0,
    due_at     timestamptz NOT NULL,       -- while it is being sent: when somebody else may try
    settled_at timestamptz,
    reason     text,                       -- what went wrong last
    PRIMARY KEY (message_id, user_id),
    CHECK ((status = 'DUE') = (settled_at IS NULL))
);
CREATE INDEX mails_due ON mails (due_at) WHERE status = 'DUE';

ALTER TABLE mailboxes ENABLE ROW LEVEL SECURITY;
ALTER TABLE mailboxes FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON mailboxes TO notify USING (true) WITH CHECK (true);
CREATE POLICY reader ON mailboxes FOR SELECT TO notify_reader USING (user_id = seeing_user());

ALTER TABLE muted ENABLE ROW LEVEL SECURITY;
ALTER TABLE muted FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON muted TO notify USING (true) WITH CHECK (true);
CREATE POLICY reader ON muted FOR SELECT TO notify_reader USING (user_id = seeing_user());

ALTER TABLE mails ENABLE ROW LEVEL SECURITY;    -- no reader has business with it
ALTER TABLE mails FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON mails TO notify USING (true) WITH CHECK (true);
