-- Discounts of whole orders, from what they come to (P-28).

CREATE TABLE order_discounts (
    rule_id         uuid        PRIMARY KEY,
    tier            text        CHECK (tier IN ('PROVINCE', 'CITY', 'COUNTY')),
    province        text        CHECK (province <> ''),
    dealer_id       uuid,
    threshold_minor bigint      NOT NULL CHECK (threshold_minor >= 0),   -- with tax, before the discount
    percent_bp      int         NOT NULL CHECK (percent_bp BETWEEN 1 AND 9999),
    reason          text        NOT NULL CHECK (reason <> ''),
    since           timestamptz NOT NULL,
    created_by      uuid        NOT NULL,
    ended_at        timestamptz CHECK (ended_at >= since),               -- may lie ahead
    ended_by        uuid,
    CHECK (dealer_id IS NULL OR (tier IS NULL AND province IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX order_discounts_by_dealer ON order_discounts (dealer_id);

-- As rules of the other kinds: what held at a time is what orders of that time were priced by. An end that
-- lies ahead may come earlier.
CREATE FUNCTION keep_order_discounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.ended_at IS NULL OR NEW.ended_at < OLD.ended_at)
       AND to_jsonb(OLD) - 'ended_at' - 'ended_by' = to_jsonb(NEW) - 'ended_at' - 'ended_by'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'order discount % does not change', OLD.rule_id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_rules BEFORE UPDATE OR DELETE ON order_discounts
    FOR EACH ROW EXECUTE FUNCTION keep_order_discounts();

ALTER TABLE order_discounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_discounts FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON order_discounts TO catalog USING (true) WITH CHECK (true);
CREATE POLICY reader ON order_discounts FOR SELECT TO catalog_reader
    USING (
        sees_all()
        OR EXISTS (
            SELECT FROM dealers d
            WHERE (order_discounts.dealer_id IS NULL OR order_discounts.dealer_id = d.dealer_id)
              AND (order_discounts.tier IS NULL OR order_discounts.tier = d.tier)
              AND (order_discounts.province IS NULL OR order_discounts.province = d.province)
        )
    );
