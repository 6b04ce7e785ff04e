-- Order numbers: taken in blocks of 100 per process, so they are unique and short, not gapless.
CREATE SEQUENCE order_number_block CACHE 1;

CREATE TABLE orders (
    order_id             uuid        PRIMARY KEY,
    number               text        NOT NULL UNIQUE,
    dealer_id            uuid        NOT NULL,
    placed_by            uuid        NOT NULL,
    on_behalf            boolean     NOT NULL,
    salesperson_id       uuid,
    warehouse_id         uuid        NOT NULL,
    terms                jsonb       NOT NULL,  -- contracts.dealers.Terms, as at submit
    submitted_at         timestamptz NOT NULL,
    note                 text,
    total_minor          bigint      CHECK (total_minor >= 0),  -- null until priced
    expected_total_minor bigint,
    version              int         NOT NULL,  -- of the last event that was announced
    status               text        NOT NULL CHECK (status IN (
        'SUBMITTED', 'ON_HOLD', 'PENDING_CONFIRMATION', 'CONFIRMED', 'IN_FULFILMENT',
        'COMPLETED', 'CANCELLING', 'CANCELLED', 'REJECTED', 'EXPIRED')),
    queue                text,                  -- role in whose work queue it stands
    -- where the saga stands: chassis.saga.Progress
    phase                text        NOT NULL CHECK (phase IN ('FORWARD', 'BACKWARD', 'COMPLETED', 'UNDONE')),
    at                   text        NOT NULL,  -- row of services.orders.saga.LIFECYCLE
    about                text        NOT NULL,
    reached              smallint    NOT NULL,
    attempt              smallint    NOT NULL,
    deadline             timestamptz,           -- when the awaited answer is overdue; not indexed
    wake_at              timestamptz,           -- when the timer looks at it next; indexed, rarely changed
    -- facts: services.orders.domain.order.Order
    holds                text[]      NOT NULL,
    credit               text        NOT NULL CHECK (credit IN ('UNKNOWN', 'HELD', 'REFUSED', 'RELEASED')),
    over_limit_approved  boolean     NOT NULL,
    stock                text        NOT NULL CHECK (stock IN ('UNKNOWN', 'SOFT', 'FIRM', 'RELEASED')),
    confirmed_by         uuid,                  -- null on a confirmed order: by its terms
    confirmed_at         timestamptz,
    released             boolean     NOT NULL,
    started              boolean     NOT NULL,
    put_back_awaited     boolean     NOT NULL,
    fulfilment_revision  int         NOT NULL,
    funds_revision       int         NOT NULL,
    covered_minor        bigint      NOT NULL CHECK (covered_minor >= 0),
    returned_minor       bigint      NOT NULL CHECK (returned_minor >= 0),
    ending               text        CHECK (ending IN ('REJECTED', 'CANCELLED', 'EXPIRED')),
    reason               text
) WITH (fillfactor = 70);                       -- room for the steps of the saga on the same page
CREATE INDEX orders_by_dealer ON orders (dealer_id, order_id DESC);
CREATE INDEX orders_by_salesperson ON orders (salesperson_id, order_id DESC);
CREATE INDEX orders_to_wake ON orders (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX orders_open ON orders (order_id DESC) WHERE phase IN ('FORWARD', 'BACKWARD');

CREATE TABLE order_lines (
    order_id    uuid     NOT NULL REFERENCES orders,
    line_no     smallint NOT NULL,
    sku         text     NOT NULL,
    quantity    bigint   NOT NULL CHECK (quantity > 0),  -- base units
    name        text     NOT NULL,
    unit        text     NOT NULL,
    unit_price  text,                                    -- decimal, at most six places
    tax_rate_bp int,
    net_minor   bigint,
    tax_minor   bigint,
    gross_minor bigint,
    rule        text,                                    -- why this price
    picked      bigint   NOT NULL DEFAULT 0,
    shipped     bigint   NOT NULL DEFAULT 0,
    delivered   bigint   NOT NULL DEFAULT 0,
    received    bigint   NOT NULL DEFAULT 0,
    PRIMARY KEY (order_id, line_no),
    CHECK (gross_minor = net_minor + tax_minor),
    CHECK (received <= delivered AND delivered <= shipped AND shipped <= picked AND picked <= quantity)
) WITH (fillfactor = 80);

CREATE TABLE order_shipments (
    order_id       uuid     NOT NULL REFERENCES orders,
    shipment_id    uuid     NOT NULL,
    place          smallint NOT NULL,                    -- order in which they left
    number         text     NOT NULL,
    status         text     NOT NULL CHECK (status IN ('READY', 'IN_TRANSIT', 'DELIVERED', 'RECEIVED')),
    quantities     jsonb    NOT NULL,                    -- base units by line number
    invoice_number text,
    PRIMARY KEY (order_id, shipment_id)
);

-- What other services announced.

CREATE TABLE dealers (
    dealer_id      uuid  PRIMARY KEY,
    version        int   NOT NULL,
    name           text  NOT NULL,
    status         text  NOT NULL,
    terms          jsonb NOT NULL,
    salesperson_id uuid,
    warehouse_id   uuid  NOT NULL
);

CREATE TABLE products (
    sku     text PRIMARY KEY,
    version int  NOT NULL,
    name    text NOT NULL,
    status  text NOT NULL
);

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON orders TO orders USING (true) WITH CHECK (true);
CREATE POLICY reader ON orders FOR SELECT TO orders_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR salesperson_id = seeing_user());

ALTER TABLE order_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON order_lines TO orders USING (true) WITH CHECK (true);
CREATE POLICY reader ON order_lines FOR SELECT TO orders_reader
    USING (EXISTS (SELECT FROM orders o WHERE o.order_id = order_lines.order_id));

ALTER TABLE order_shipments ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_shipments FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON order_shipments TO orders USING (true) WITH CHECK (true);
CREATE POLICY reader ON order_shipments FOR SELECT TO orders_reader
    USING (EXISTS (SELECT FROM orders o WHERE o.order_id = order_shipments.order_id));

ALTER TABLE dealers ENABLE ROW LEVEL SECURITY;
ALTER TABLE dealers FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dealers TO orders USING (true) WITH CHECK (true);
CREATE POLICY reader ON dealers FOR SELECT TO orders_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR salesperson_id = seeing_user());
