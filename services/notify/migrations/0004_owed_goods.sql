-- Goods that are owed, for the daily reminder (F-74): lines of which something was not there.

CREATE TABLE owed_lines (
    order_id       uuid        NOT NULL,
    line_no        int         NOT NULL,
    number         text        NOT NULL,
    sku            text        NOT NULL,
    dealer_id      uuid        NOT NULL,
    salesperson_id uuid,
    warehouse_id   uuid,
    ordered        int         NOT NULL,   -- base units of the line, less what was given up
    shipped        int         NOT NULL,
    waiting        int         NOT NULL CHECK (waiting > 0), -- not there when it was told last
    since          timestamptz NOT NULL,
    told_by        uuid        NOT NULL,   -- the newest message about the order that counts here
    shipped_by     uuid        NOT NULL,   -- the newest outbound, or what told of those before it
    PRIMARY KEY (order_id, line_no)
);
ALTER TABLE owed_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE owed_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON owed_lines TO notify USING (true) WITH CHECK (true);
CREATE POLICY reader ON owed_lines FOR SELECT TO notify_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR salesperson_id = seeing_user());

CREATE TABLE reminders (                   -- one row per day on which people were reminded
    day date PRIMARY KEY
);

ALTER TABLE users ADD COLUMN roles text[] NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN warehouse_ids uuid[];   -- NULL: works in all
