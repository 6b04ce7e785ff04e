-- Projections only: both tables can be thrown away and built anew from the log.
-- No row depends on the order in which messages of different topics arrive.

CREATE TABLE users (                       -- projection of gateway.state
    user_id uuid PRIMARY KEY,
    name    text NOT NULL,
    version int  NOT NULL
);

CREATE TABLE dealers (                     -- projection of dealers.state
    dealer_id      uuid PRIMARY KEY,
    code           text NOT NULL,
    name           text NOT NULL,
    salesperson_id uuid,
    version        int  NOT NULL
);

CREATE TABLE orders (
    order_id       uuid PRIMARY KEY,
    number         text NOT NULL,
    dealer_id      uuid NOT NULL,
    salesperson_id uuid,
    status         text NOT NULL,          -- lifecycle without holds, by the newest version
    version        int  NOT NULL,          -- of the order event that gave the status; 0: none yet
    hold           text,                   -- what the order waits for, by the newest hold event
    hold_version   int  NOT NULL,
    total_minor    bigint,
    total_version  int  NOT NULL,
    submitted_at   timestamptz,            -- each step: when it was first reached
    checked_at     timestamptz,
    confirmed_at   timestamptz,
    released_at    timestamptz,            -- the payment gate opened
    picked_at      timestamptz,
    outbound_at    timestamptz,
    dispatched_at  timestamptz,
    delivered_at   timestamptz,
    received_at    timestamptz,
    invoiced_at    timestamptz,
    completed_at   timestamptz,
    ended_at       timestamptz             -- rejected, expired or cancelled
) WITH (fillfactor = 70);                  -- a row is updated at every step: keep that on its page
CREATE INDEX orders_of_dealer ON orders (dealer_id, order_id);
CREATE INDEX orders_of_salesperson ON orders (salesperson_id, order_id);

CREATE TABLE order_events (
    message_id uuid        PRIMARY KEY,
    order_id   uuid        NOT NULL,
    dealer_id  uuid        NOT NULL,
    type       text        NOT NULL,
    at         timestamptz NOT NULL,
    actor_id   uuid,                       -- user on whose request it happened; null: the system
    facts      jsonb       NOT NULL
);
CREATE INDEX order_events_of_order ON order_events (order_id, at, message_id);

ALTER TABLE dealers ENABLE ROW LEVEL SECURITY;
ALTER TABLE dealers FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dealers TO reports USING (true) WITH CHECK (true);
CREATE POLICY reader ON dealers FOR SELECT TO reports_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR salesperson_id = seeing_user());

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON orders TO reports USING (true) WITH CHECK (true);
CREATE POLICY reader ON orders FOR SELECT TO reports_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR salesperson_id = seeing_user());

ALTER TABLE order_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_events FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON order_events TO reports USING (true) WITH CHECK (true);
CREATE POLICY reader ON order_events FOR SELECT TO reports_reader
    USING (sees_all() OR dealer_id = seen_dealer()
           OR EXISTS (SELECT FROM orders o WHERE o.order_id = order_events.order_id));
