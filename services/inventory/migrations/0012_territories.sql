-- A salesperson who leads territories sees what leaves for the dealers there, beside his own (P-10).

ALTER TABLE dealers
    ADD COLUMN province text,                      -- null until dealers tells of him again
    ADD COLUMN city     text;

CREATE POLICY territory ON dealers FOR SELECT TO inventory_reader
    USING (in_seen_territory(province, city));
CREATE POLICY territory ON fulfilments FOR SELECT TO inventory_reader
    USING (current_setting('qudao.territories', true) <> ''
           AND dealer_id IN (SELECT d.dealer_id FROM dealers AS d
                             WHERE in_seen_territory(d.province, d.city)));
CREATE POLICY territory ON pick_tasks FOR SELECT TO inventory_reader
    USING (current_setting('qudao.territories', true) <> ''
           AND dealer_id IN (SELECT d.dealer_id FROM dealers AS d
                             WHERE in_seen_territory(d.province, d.city)));
CREATE POLICY territory ON shipments FOR SELECT TO inventory_reader
    USING (current_setting('qudao.territories', true) <> ''
           AND dealer_id IN (SELECT d.dealer_id FROM dealers AS d
                             WHERE in_seen_territory(d.province, d.city)));
