-- Who works in some warehouses sees what happens in these alone (P-10).
CREATE POLICY warehouse ON fulfilments AS RESTRICTIVE FOR SELECT TO inventory_reader
    USING (in_seen_warehouse(warehouse_id));
CREATE POLICY warehouse ON pick_tasks AS RESTRICTIVE FOR SELECT TO inventory_reader
    USING (in_seen_warehouse(warehouse_id));
CREATE POLICY warehouse ON shipments AS RESTRICTIVE FOR SELECT TO inventory_reader
    USING (in_seen_warehouse(warehouse_id));
