-- A salesperson who leads territories sees what is of the dealers there, and who applies there (P-10).

CREATE POLICY territory ON dealers FOR SELECT TO dealers_reader
    USING (in_seen_territory(province, city));
CREATE POLICY territory ON dealer_applications FOR SELECT TO dealers_reader
    USING (status <> 'DRAFT' AND in_seen_territory(province, city));
CREATE POLICY territory ON dealer_changes FOR SELECT TO dealers_reader
    USING (current_setting('qudao.territories', true) <> ''
           AND dealer_id IN (SELECT d.dealer_id FROM dealers AS d
                             WHERE in_seen_territory(d.province, d.city)));
CREATE POLICY territory ON dealer_addresses FOR SELECT TO dealers_reader
    USING (current_setting('qudao.territories', true) <> ''
           AND dealer_id IN (SELECT d.dealer_id FROM dealers AS d
                             WHERE in_seen_territory(d.province, d.city)));
CREATE POLICY territory ON dealer_contacts FOR SELECT TO dealers_reader
    USING (current_setting('qudao.territories', true) <> ''
           AND dealer_id IN (SELECT d.dealer_id FROM dealers AS d
                             WHERE in_seen_territory(d.province, d.city)));
