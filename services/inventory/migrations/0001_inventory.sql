-- Warehouses and what lies in them; what is held for orders and how far the warehouse is with it.
--
-- Rows on the way of every order carry no foreign keys among themselves: a parent and its lines are
-- written by one statement, and a check per row would cost as much as the row.

CREATE TABLE warehouses (
    warehouse_id uuid        PRIMARY KEY,
    code         text        NOT NULL UNIQUE,
    name         text        NOT NULL,
    mode         text        NOT NULL CHECK (mode IN ('MANUAL', 'DIRECT', 'PARTNER')),
    one_person   boolean     NOT NULL,           -- the picker may post the outbound himself (small sites)
    version      int         NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE stock (
    warehouse_id uuid   NOT NULL REFERENCES warehouses,
    sku          text   NOT NULL,
    on_hand      bigint NOT NULL CHECK (on_hand >= 0),
    reserved     bigint NOT NULL DEFAULT 0 CHECK (reserved BETWEEN 0 AND on_hand),
    PRIMARY KEY (warehouse_id, sku)
) WITH (fillfactor = 50);

-- The ledger, insert-only: Σ quantity of a warehouse and SKU = stock.on_hand (I-5). The lines of an
-- inbound or outbound note are its moves.
CREATE TABLE stock_moves (
    document_id  uuid        NOT NULL,           -- inbounds.inbound_id or shipments.shipment_id
    line_no      int         NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('INBOUND', 'OUTBOUND')),
    warehouse_id uuid        NOT NULL,
    sku          text        NOT NULL,
    quantity     bigint      NOT NULL CHECK (CASE kind WHEN 'INBOUND' THEN quantity > 0 ELSE quantity < 0 END),
    moved_at     timestamptz NOT NULL,
    PRIMARY KEY (document_id, line_no)
);

CREATE TABLE inbounds (                          -- 入库单
    inbound_id   uuid        PRIMARY KEY,
    number       text        NOT NULL UNIQUE,    -- RK-2611-000123
    warehouse_id uuid        NOT NULL REFERENCES warehouses,
    source       text        NOT NULL,
    posted_by    uuid        NOT NULL,
    posted_at    timestamptz NOT NULL
);

-- One row per order. What is held in stock.reserved for it is Σ (quantity - shipped) of its lines
-- while `state` is SOFT, FIRM, IN_WAREHOUSE or PUT_BACK, and nothing otherwise (I-2).
-- A CANCELLED row without an order's number is a tombstone: the cancel came before the reserve.
CREATE TABLE fulfilments (
    order_id     uuid   PRIMARY KEY,
    number       text,
    dealer_id    uuid,
    warehouse_id uuid,
    state        text   NOT NULL CHECK (state IN ('REFUSED', 'SOFT', 'FIRM', 'IN_WAREHOUSE', 'PUT_BACK',
                                                  'SHIPPED', 'CANCELLED', 'EXPIRED')),
    revision     int    NOT NULL DEFAULT 0,      -- counts what was told to the saga as FulfilmentAdvanced
    soft_since   timestamptz,                    -- only while SOFT: the sweep looks for old ones
    refusal      text,                           -- only when REFUSED: why …
    short        text[] NOT NULL DEFAULT '{}',   -- … and the SKUs with too little available
    CHECK (state = 'CANCELLED' OR (number, dealer_id, warehouse_id) IS NOT NULL),
    CHECK ((state = 'SOFT') = (soft_since IS NOT NULL)),
    CHECK ((state = 'REFUSED') = (refusal IS NOT NULL))
) WITH (fillfactor = 60);
CREATE INDEX fulfilments_soft ON fulfilments (soft_since) WHERE soft_since IS NOT NULL;

CREATE TABLE fulfilment_lines (                  -- each count includes the next ones
    order_id  uuid   NOT NULL,
    line_no   int    NOT NULL,
    sku       text   NOT NULL,
    quantity  bigint NOT NULL CHECK (quantity > 0),
    picked    bigint NOT NULL DEFAULT 0 CHECK (picked <= quantity),
    shipped   bigint NOT NULL DEFAULT 0 CHECK (shipped <= picked),
    delivered bigint NOT NULL DEFAULT 0 CHECK (delivered <= shipped),
    received  bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND delivered),
    PRIMARY KEY (order_id, line_no)
) WITH (fillfactor = 50);

CREATE TABLE pick_tasks (                        -- 配货单; written only under the lock of its fulfilment
    pick_task_id uuid        PRIMARY KEY,
    number       text        NOT NULL UNIQUE,    -- PH-2611-000123
    order_id     uuid        NOT NULL UNIQUE,
    dealer_id    uuid        NOT NULL,
    warehouse_id uuid        NOT NULL,
    status       text        NOT NULL CHECK (status IN ('OPEN', 'PICKING', 'PICKED', 'SHIPPED', 'PUT_BACK',
                                                        'CANCELLED')),
    picker_ids   uuid[]      NOT NULL,           -- all who started it or picked for it
    created_at   timestamptz NOT NULL,
    started_at   timestamptz,
    completed_at timestamptz,
    CHECK (status IN ('OPEN', 'CANCELLED') OR cardinality(picker_ids) > 0)
) WITH (fillfactor = 80);
CREATE INDEX pick_tasks_by_status ON pick_tasks (warehouse_id, status, pick_task_id);

CREATE TABLE shipments (                         -- 出库单; written only under the lock of its fulfilment
    shipment_id     uuid        PRIMARY KEY,
    number          text        NOT NULL UNIQUE, -- CK-2611-000123
    order_id        uuid        NOT NULL,
    order_number    text        NOT NULL,
    dealer_id       uuid        NOT NULL,
    warehouse_id    uuid        NOT NULL,
    status          text        NOT NULL CHECK (status IN ('READY', 'IN_TRANSIT', 'DELIVERED', 'RECEIVED')),
    posted_by       uuid,                        -- null: the system, in a DIRECT warehouse
    posted_at       timestamptz NOT NULL,
    mode            text        CHECK (mode IN ('OWN_FLEET', 'CARRIER', 'PICKUP')),
    tracking_number text,
    dispatched_at   timestamptz,
    delivered_at    timestamptz,
    proof           text,                        -- who took the goods, as the driver noted
    received_at     timestamptz,
    received_by     uuid,                        -- null: received by time, or in a DIRECT warehouse
    CHECK ((status = 'READY') = (dispatched_at IS NULL)),
    CHECK ((status IN ('DELIVERED', 'RECEIVED')) = (delivered_at IS NOT NULL)),
    CHECK ((status = 'RECEIVED') = (received_at IS NOT NULL))
);
CREATE INDEX shipments_by_order ON shipments (order_id);
CREATE INDEX shipments_by_dealer ON shipments (dealer_id, shipment_id);
CREATE INDEX shipments_open ON shipments (warehouse_id, status, shipment_id) WHERE status <> 'RECEIVED';
CREATE INDEX shipments_delivered ON shipments (delivered_at) WHERE status = 'DELIVERED';
