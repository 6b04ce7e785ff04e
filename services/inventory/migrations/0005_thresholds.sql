-- From when on too little of a SKU is available in a warehouse, and from when on there is enough again.

CREATE TABLE stock_thresholds (
    threshold_id   uuid        NOT NULL UNIQUE,
    warehouse_id   uuid        NOT NULL REFERENCES warehouses,
    sku            text        NOT NULL,
    low_below      bigint      NOT NULL CHECK (low_below >= 0),   -- 0: never low
    recovered_from bigint      NOT NULL CHECK (recovered_from >= low_below),
    low_since      timestamptz,                                   -- null: there is enough
    PRIMARY KEY (warehouse_id, sku)
);
