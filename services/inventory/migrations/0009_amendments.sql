-- Orders whose lines change after they were held (S-4), and those that goods which came are for.

ALTER TABLE fulfilments
    ADD COLUMN amendment         int    NOT NULL DEFAULT 0,    -- the last one that was answered …
    ADD COLUMN amendment_refusal text,                         -- … and why not, null: it was made …
    ADD COLUMN amendment_skus    text[] NOT NULL DEFAULT '{}'; -- … and what stood in its way

-- A line that was taken away stays, with nothing wanted.
ALTER TABLE fulfilment_lines
    DROP CONSTRAINT fulfilment_lines_quantity_check,
    ADD CONSTRAINT fulfilment_lines_quantity_check CHECK (quantity >= 0) NOT VALID;
ALTER TABLE fulfilment_lines VALIDATE CONSTRAINT fulfilment_lines_quantity_check;

-- Neither has a column that an ordinary order changes, so that its rows are updated in place.
CREATE INDEX fulfilment_lines_waiting ON fulfilment_lines (sku) WHERE backordered > 0;
CREATE INDEX stock_waited_for ON stock (warehouse_id, sku) WHERE backordered > 0;
