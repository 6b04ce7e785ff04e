-- Orders that go from several warehouses (P-17). Each warehouse does a part, and a part is what a row
-- of `fulfilments` is: that of the first, mostly the only one, has the id of its order. What hangs on
-- a part (lines, pick tasks, shipments, picked_from) names it by the column `order_id`, as ever.

ALTER TABLE warehouses
    ADD COLUMN alternatives uuid[] NOT NULL DEFAULT '{}';   -- that help out, the first one first

ALTER TABLE fulfilments
    ADD COLUMN part_of           uuid,                      -- the order of a part after the first …
    ADD COLUMN parts             int NOT NULL DEFAULT 1,    -- … and how many its order has, kept by the first
    ADD COLUMN home_warehouse_id uuid,                      -- whom the order is for, where the first part is elsewhere
    ADD CONSTRAINT fulfilments_parts CHECK (part_of IS NULL OR parts = 1) NOT VALID;
ALTER TABLE fulfilments VALIDATE CONSTRAINT fulfilments_parts;
CREATE UNIQUE INDEX fulfilments_by_order ON fulfilments (part_of, warehouse_id) WHERE part_of IS NOT NULL;
