-- Who works in some warehouses sees the orders of these alone (P-10), with all that hangs on them.
CREATE POLICY warehouse ON orders AS RESTRICTIVE FOR SELECT TO orders_reader
    USING (in_seen_warehouse(warehouse_id));
