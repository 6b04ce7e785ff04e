-- Who may buy what: rules that allow or deny a product or a category to some; a denial wins.

CREATE TABLE assortment_rules (
    rule_id    uuid        PRIMARY KEY,
    effect     text        NOT NULL CHECK (effect IN ('ALLOW', 'DENY')),
    tier       text        CHECK (tier IN ('PROVINCE', 'CITY', 'COUNTY')),
    province   text        CHECK (province <> ''),
    dealer_id  uuid,
    category   text        REFERENCES categories,   -- stands for those below it too
    sku        text        REFERENCES products,
    reason     text        NOT NULL CHECK (reason <> ''),
    since      timestamptz NOT NULL,
    created_by uuid        NOT NULL,
    ended_at   timestamptz CHECK (ended_at >= since),
    ended_by   uuid,
    CHECK ((category IS NULL) <> (sku IS NULL)),
    CHECK (dealer_id IS NULL OR (tier IS NULL AND province IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX assortment_rules_by_dealer ON assortment_rules (dealer_id);

-- What held at a time is what orders of that time were priced by: a rule ends, and never changes.
CREATE FUNCTION keep_assortment_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL
       AND to_jsonb(OLD) - 'ended_at' - 'ended_by' = to_jsonb(NEW) - 'ended_at' - 'ended_by'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'assortment rule % does not change', OLD.rule_id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_rules BEFORE UPDATE OR DELETE ON assortment_rules
    FOR EACH ROW EXECUTE FUNCTION keep_assortment_rules();

ALTER TABLE assortment_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE assortment_rules FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON assortment_rules TO catalog USING (true) WITH CHECK (true);
CREATE POLICY reader ON assortment_rules FOR SELECT TO catalog_reader
    USING (
        sees_all()
        OR EXISTS (
            SELECT FROM dealers d
            WHERE (assortment_rules.dealer_id IS NULL OR assortment_rules.dealer_id = d.dealer_id)
              AND (assortment_rules.tier IS NULL OR assortment_rules.tier = d.tier)
              AND (assortment_rules.province IS NULL OR assortment_rules.province = d.province)
        )
    );
