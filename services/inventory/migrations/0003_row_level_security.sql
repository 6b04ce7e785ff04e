-- Who may read which rows: staff all, a dealer his own, a salesperson those of his dealers.

ALTER TABLE dealers ENABLE ROW LEVEL SECURITY;
ALTER TABLE dealers FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dealers TO inventory USING (true) WITH CHECK (true);
CREATE POLICY reader ON dealers FOR SELECT TO inventory_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR salesperson_id = seeing_user());

ALTER TABLE fulfilments ENABLE ROW LEVEL SECURITY;
ALTER TABLE fulfilments FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON fulfilments TO inventory USING (true) WITH CHECK (true);
CREATE POLICY reader ON fulfilments FOR SELECT TO inventory_reader
    USING (sees_all() OR dealer_id = seen_dealer()
           OR dealer_id IN (SELECT d.dealer_id FROM dealers AS d WHERE d.salesperson_id = seeing_user()));

ALTER TABLE pick_tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE pick_tasks FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON pick_tasks TO inventory USING (true) WITH CHECK (true);
CREATE POLICY reader ON pick_tasks FOR SELECT TO inventory_reader
    USING (sees_all() OR dealer_id = seen_dealer()
           OR dealer_id IN (SELECT d.dealer_id FROM dealers AS d WHERE d.salesperson_id = seeing_user()));

ALTER TABLE shipments ENABLE ROW LEVEL SECURITY;
ALTER TABLE shipments FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON shipments TO inventory USING (true) WITH CHECK (true);
CREATE POLICY reader ON shipments FOR SELECT TO inventory_reader
    USING (sees_all() OR dealer_id = seen_dealer()
           OR dealer_id IN (SELECT d.dealer_id FROM dealers AS d WHERE d.salesperson_id = seeing_user()));
