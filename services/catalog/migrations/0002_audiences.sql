-- Price lists for one dealer, for a tier in a province, and for everybody, beside those of a tier.

ALTER TABLE price_lists
    ALTER COLUMN tier DROP NOT NULL,
    ADD COLUMN province  text CHECK (province <> ''),
    ADD COLUMN dealer_id uuid,
    ADD CONSTRAINT price_lists_audience CHECK (
        (dealer_id IS NULL OR tier IS NULL) AND (province IS NULL OR tier IS NOT NULL)
    );
CREATE INDEX price_lists_by_dealer ON price_lists (dealer_id) WHERE dealer_id IS NOT NULL;

-- Where he was at each of his tiers. Unknown (empty) until his state is told again:
-- `python -m services.dealers republish`.
ALTER TABLE dealers
    ADD COLUMN province  text   NOT NULL DEFAULT '',
    ADD COLUMN provinces text[] NOT NULL DEFAULT '{}';
ALTER TABLE dealers NO FORCE ROW LEVEL SECURITY;   -- else its owner would find no row to fill
UPDATE dealers SET provinces = array_fill(''::text, ARRAY[cardinality(tiers)]);
ALTER TABLE dealers FORCE ROW LEVEL SECURITY;
ALTER TABLE dealers ADD CHECK (cardinality(provinces) = cardinality(tiers));

DROP POLICY reader ON price_lists;
CREATE POLICY reader ON price_lists FOR SELECT TO catalog_reader
    USING (
        sees_all()
        OR EXISTS (
            SELECT FROM dealers d
            WHERE (price_lists.dealer_id IS NULL OR price_lists.dealer_id = d.dealer_id)
              AND (price_lists.tier IS NULL OR price_lists.tier = d.tier)
              AND (price_lists.province IS NULL OR price_lists.province = d.province)
        )
    );
