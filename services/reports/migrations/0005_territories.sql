-- A salesperson who leads territories sees what is of the dealers there, beside his own (P-10).
CREATE POLICY territory ON dealers FOR SELECT TO reports_reader
    USING (in_seen_territory(province, city));
CREATE POLICY territory ON orders FOR SELECT TO reports_reader
    USING (current_setting('qudao.territories', true) <> ''
           AND dealer_id IN (SELECT d.dealer_id FROM dealers AS d
                             WHERE in_seen_territory(d.province, d.city)));
