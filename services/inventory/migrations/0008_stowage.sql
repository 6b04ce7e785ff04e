-- Where in a warehouse goods lie, and of which lot they are. A warehouse without bins and without goods
-- kept by lot has no rows here, and neither has a DIRECT one, where nothing ever lies.

ALTER TABLE warehouses ADD COLUMN stows boolean NOT NULL DEFAULT false;   -- keeps some goods by bin or lot
ALTER TABLE products   ADD COLUMN lot_tracked boolean NOT NULL DEFAULT false;
ALTER TABLE dealers    ADD COLUMN shelf_life_min_days int NOT NULL DEFAULT 0;

CREATE TABLE bins (
    warehouse_id uuid NOT NULL REFERENCES warehouses,
    code         text NOT NULL CHECK (code <> ''),
    zone         text NOT NULL,
    PRIMARY KEY (warehouse_id, code)
);

CREATE TABLE lots (
    sku        text NOT NULL,
    lot        text NOT NULL CHECK (lot <> ''),
    expires_on date NOT NULL,                    -- good on this day still (E-26)
    PRIMARY KEY (sku, lot)
);

-- Σ quantity of a shelf = stock.on_hand, where the shelf has rows at all.
CREATE TABLE stowed (
    warehouse_id uuid   NOT NULL REFERENCES warehouses,
    sku          text   NOT NULL,
    bin          text   NOT NULL,                -- '': not put away yet
    lot          text   NOT NULL,                -- '': not kept by lot, or the lot is not known
    quantity     bigint NOT NULL CHECK (quantity >= 0),
    picked       bigint NOT NULL DEFAULT 0 CHECK (picked BETWEEN 0 AND quantity),   -- Σ picked_from
    PRIMARY KEY (warehouse_id, sku, bin, lot)
) WITH (fillfactor = 80);
CREATE INDEX stowed_by_lot ON stowed (sku, lot) WHERE lot <> '';

-- What was picked for a line and has not left yet.
CREATE TABLE picked_from (
    order_id uuid   NOT NULL,
    line_no  int    NOT NULL,
    bin      text   NOT NULL,
    lot      text   NOT NULL,
    quantity bigint NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, line_no, bin, lot)
);

-- How a move of the ledger parts into bins and lots; insert-only.
CREATE TABLE stowed_moves (
    document_id uuid   NOT NULL,
    line_no     int    NOT NULL,
    sku         text   NOT NULL,
    bin         text   NOT NULL,
    lot         text   NOT NULL,
    quantity    bigint NOT NULL CHECK (quantity <> 0),
    PRIMARY KEY (document_id, line_no, bin, lot)
);
CREATE INDEX stowed_moves_by_lot ON stowed_moves (sku, lot, document_id) WHERE lot <> '';

-- Goods that were put elsewhere, or of which somebody said the lot; on hand stays as it is.
CREATE TABLE stowage_changes (
    change_id    uuid        PRIMARY KEY,
    warehouse_id uuid        NOT NULL REFERENCES warehouses,
    sku          text        NOT NULL,
    from_bin     text        NOT NULL,
    from_lot     text        NOT NULL,
    to_bin       text        NOT NULL,
    to_lot       text        NOT NULL,
    quantity     bigint      NOT NULL CHECK (quantity > 0),
    changed_by   uuid        NOT NULL,
    changed_at   timestamptz NOT NULL
);
