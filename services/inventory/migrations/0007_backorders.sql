-- Orders of which not everything is there (P-03): what is wanted and not held, and what was given up.
-- What is held of a line on the shelf is quantity - shipped - backordered - closed.

ALTER TABLE fulfilments
    ADD COLUMN shortage text NOT NULL DEFAULT 'REFUSE'
        CHECK (shortage IN ('REFUSE', 'SHIP_PARTIAL', 'SHIP_COMPLETE')),
    ADD COLUMN priority int  NOT NULL DEFAULT 0;     -- the higher one gets goods first, then the older

ALTER TABLE fulfilment_lines
    ADD COLUMN backordered bigint NOT NULL DEFAULT 0 CHECK (backordered >= 0),
    ADD COLUMN closed      bigint NOT NULL DEFAULT 0 CHECK (closed >= 0),
    ADD CONSTRAINT fulfilment_lines_open CHECK (picked <= quantity - backordered - closed) NOT VALID;
ALTER TABLE fulfilment_lines VALIDATE CONSTRAINT fulfilment_lines_open;

-- Σ backordered of the lines of its open orders.
ALTER TABLE stock ADD COLUMN backordered bigint NOT NULL DEFAULT 0 CHECK (backordered >= 0);

-- Goods that come later are picked by a task of their own.
ALTER TABLE pick_tasks DROP CONSTRAINT pick_tasks_order_id_key;
CREATE INDEX pick_tasks_by_order ON pick_tasks (order_id);
-- Goods that the book has and a picker did not find: nobody is promised them until somebody counts.

ALTER TABLE stock ADD COLUMN in_doubt bigint NOT NULL DEFAULT 0;
ALTER TABLE stock ADD CONSTRAINT stock_in_doubt CHECK (in_doubt BETWEEN 0 AND on_hand - reserved) NOT VALID;
ALTER TABLE stock VALIDATE CONSTRAINT stock_in_doubt;

-- Σ quantity of a warehouse and SKU that no count has settled = stock.in_doubt.
CREATE TABLE stock_doubts (
    doubt_id     uuid        PRIMARY KEY,
    warehouse_id uuid        NOT NULL,
    sku          text        NOT NULL,
    pick_task_id uuid        NOT NULL,
    line_no      int         NOT NULL,           -- of the task's order
    quantity     bigint      NOT NULL CHECK (quantity > 0),
    reason       text        NOT NULL CHECK (reason IN ('NOT_FOUND', 'DAMAGED')),
    told_by      uuid        NOT NULL,
    told_at      timestamptz NOT NULL,
    settled_by   uuid                            -- stock_documents.document_id of the count
);
CREATE INDEX stock_doubts_open ON stock_doubts (warehouse_id, sku) WHERE settled_by IS NULL;
