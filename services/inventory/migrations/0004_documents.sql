-- Documents that people write in two steps: drafted, then posted, each posted once.

CREATE TABLE stock_documents (
    document_id     uuid        PRIMARY KEY,
    kind            text        NOT NULL CHECK (kind IN ('ISSUE', 'TRANSFER', 'COUNT')),
    number          text        NOT NULL UNIQUE,    -- LY-GZ-2611-000123: no gaps by kind, warehouse, month
    warehouse_id    uuid        NOT NULL REFERENCES warehouses,
    to_warehouse_id uuid        REFERENCES warehouses,
    status          text        NOT NULL CHECK (status IN ('DRAFT', 'COUNTED', 'IN_TRANSIT', 'POSTED',
                                                           'CANCELLED')),
    reason          text,
    note            text        NOT NULL,
    author_ids      uuid[]      NOT NULL CHECK (cardinality(author_ids) > 0),  -- who drafted it, then who counted
    drafted_at      timestamptz NOT NULL,
    approved_by     uuid        CHECK (NOT approved_by = ANY (author_ids)),
    posted_by       uuid,                           -- of a transfer: who sent the goods on their way
    posted_at       timestamptz,
    received_by     uuid,
    received_at     timestamptz,
    inbound_id      uuid,                           -- the inbound note by which a transfer arrived
    version         int         NOT NULL,
    CHECK ((kind = 'TRANSFER') = (to_warehouse_id IS NOT NULL)),
    CHECK (to_warehouse_id <> warehouse_id),
    CHECK ((status IN ('IN_TRANSIT', 'POSTED')) = (posted_by IS NOT NULL)),
    CHECK ((posted_by IS NULL) = (posted_at IS NULL)),
    CHECK ((received_by IS NULL) = (received_at IS NULL)),
    CHECK ((kind = 'TRANSFER' AND status = 'POSTED') = (received_by IS NOT NULL))
);
CREATE INDEX stock_documents_by_kind ON stock_documents (kind, document_id);
CREATE INDEX stock_documents_in_transit ON stock_documents (to_warehouse_id) WHERE status = 'IN_TRANSIT';

CREATE TABLE stock_document_lines (
    document_id uuid   NOT NULL REFERENCES stock_documents,
    line_no     int    NOT NULL,
    sku         text   NOT NULL,
    quantity    bigint CHECK (quantity >= 0),       -- what leaves; of a count what was counted, null: not yet
    expected    bigint,                             -- of a count: on hand when it was drafted …
    book        bigint,                             -- … and at the moment when it was counted
    received    bigint CHECK (received BETWEEN 0 AND quantity),
    PRIMARY KEY (document_id, line_no),
    UNIQUE (document_id, sku),
    CHECK ((expected IS NULL AND quantity > 0) OR (quantity IS NULL) = (book IS NULL))
);

-- The lines of an issue, and of the first half of a transfer, are moves too; so are the differences of
-- a count. A transfer arrives by an inbound note.
ALTER TABLE stock_moves
    DROP CONSTRAINT stock_moves_kind_check,
    DROP CONSTRAINT stock_moves_check,
    ADD CONSTRAINT stock_moves_kind_check
        CHECK (kind IN ('INBOUND', 'OUTBOUND', 'ISSUE', 'TRANSFER', 'COUNT')) NOT VALID,
    ADD CONSTRAINT stock_moves_check
        CHECK (CASE kind WHEN 'INBOUND' THEN quantity > 0 WHEN 'COUNT' THEN quantity <> 0
                         ELSE quantity < 0 END) NOT VALID;
ALTER TABLE stock_moves
    VALIDATE CONSTRAINT stock_moves_kind_check,
    VALIDATE CONSTRAINT stock_moves_check;
