-- How little, how much and in which steps may be ordered (P-06).

CREATE TABLE order_rules (
    rule_id             uuid        PRIMARY KEY,
    tier                text        CHECK (tier IN ('PROVINCE', 'CITY', 'COUNTY')),
    province            text        CHECK (province <> ''),
    dealer_id           uuid,
    category            text        REFERENCES categories,   -- stands for those below it too
    sku                 text        REFERENCES products,     -- neither: everything
    minimum             bigint      CHECK (minimum >= 1),    -- base units, as the next two
    multiple            bigint      CHECK (multiple >= 1),
    maximum             bigint      CHECK (maximum >= 1),
    order_minimum_minor bigint      CHECK (order_minimum_minor >= 1),
    reason              text        NOT NULL CHECK (reason <> ''),
    since               timestamptz NOT NULL,
    created_by          uuid        NOT NULL,
    ended_at            timestamptz CHECK (ended_at >= since),
    ended_by            uuid,
    CHECK (category IS NULL OR sku IS NULL),
    CHECK (dealer_id IS NULL OR (tier IS NULL AND province IS NULL)),
    CHECK (num_nonnulls(minimum, multiple, maximum, order_minimum_minor) >= 1),
    CHECK (order_minimum_minor IS NULL OR (category IS NULL AND sku IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX order_rules_by_dealer ON order_rules (dealer_id);

-- As rules of assortments: what held at a time is what orders of that time were judged by.
CREATE TRIGGER keep_rules BEFORE UPDATE OR DELETE ON order_rules
    FOR EACH ROW EXECUTE FUNCTION keep_assortment_rules();

ALTER TABLE order_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_rules FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON order_rules TO catalog USING (true) WITH CHECK (true);
CREATE POLICY reader ON order_rules FOR SELECT TO catalog_reader
    USING (
        sees_all()
        OR EXISTS (
            SELECT FROM dealers d
            WHERE (order_rules.dealer_id IS NULL OR order_rules.dealer_id = d.dealer_id)
              AND (order_rules.tier IS NULL OR order_rules.tier = d.tier)
              AND (order_rules.province IS NULL OR order_rules.province = d.province)
        )
    );
