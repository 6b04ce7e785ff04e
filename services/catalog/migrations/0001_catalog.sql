-- Products, categories, price lists; and what catalog knows of dealers.

CREATE TABLE categories (
    code        text PRIMARY KEY CHECK (code <> ''),
    name_zh     text NOT NULL,
    name_en     text NOT NULL,
    parent_code text REFERENCES categories,
    version     int  NOT NULL CHECK (version >= 1)
);

CREATE TABLE products (
    sku         text        PRIMARY KEY CHECK (sku <> ''),
    name_zh     text        NOT NULL,
    name_en     text        NOT NULL,
    category    text        NOT NULL REFERENCES categories,
    unit        text        NOT NULL,              -- name of the base unit, e.g. 件
    tax_rate_bp int         NOT NULL CHECK (tax_rate_bp BETWEEN 0 AND 10000),
    barcode     text        CHECK (barcode <> ''),
    attributes  jsonb       NOT NULL,
    status      text        NOT NULL CHECK (status IN ('DRAFT', 'ACTIVE', 'SUSPENDED', 'RETIRED')),
    version     int         NOT NULL CHECK (version >= 1),
    changed_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX products_by_category ON products (category, sku);
CREATE UNIQUE INDEX products_by_barcode ON products (barcode);

CREATE TABLE price_lists (
    price_list_id uuid        PRIMARY KEY,
    code          text        NOT NULL UNIQUE CHECK (code <> ''),
    name          text        NOT NULL,
    tier          text        NOT NULL CHECK (tier IN ('PROVINCE', 'CITY', 'COUNTY')),
    currency      text        NOT NULL CHECK (currency = 'CNY'),
    revision      int         NOT NULL CHECK (revision >= 1),   -- grows with every change; the ETag
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX price_lists_by_tier ON price_lists (tier);

CREATE TABLE price_list_versions (
    price_list_id uuid        NOT NULL REFERENCES price_lists,
    version       int         NOT NULL CHECK (version >= 1),
    status        text        NOT NULL CHECK (status IN ('DRAFT', 'PUBLISHED', 'RETIRED')),
    tax_inclusive boolean     NOT NULL,
    valid_from    timestamptz NOT NULL,
    valid_to      timestamptz,                                  -- exclusive; null: open
    drafted_by    uuid        NOT NULL,
    published_by  uuid,
    published_at  timestamptz,
    retired_at    timestamptz,
    PRIMARY KEY (price_list_id, version),
    CHECK (valid_to > valid_from),
    CHECK ((status = 'DRAFT') = (published_at IS NULL)),
    CHECK ((status = 'RETIRED') = (retired_at IS NOT NULL))
);
-- One draft at a time, so that the next version has one meaning.
CREATE UNIQUE INDEX price_list_drafts ON price_list_versions (price_list_id) WHERE status = 'DRAFT';

CREATE TABLE price_entries (
    price_list_id uuid           NOT NULL,
    version       int            NOT NULL,
    sku           text           NOT NULL REFERENCES products,
    min_quantity  bigint         NOT NULL CHECK (min_quantity >= 1),
    unit_price    numeric(18, 6) NOT NULL CHECK (unit_price >= 0),
    PRIMARY KEY (price_list_id, version, sku, min_quantity),
    FOREIGN KEY (price_list_id, version) REFERENCES price_list_versions
);

-- A published version is fixed for good: prices are remembered in memory on the strength of this.
CREATE FUNCTION keep_published_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'DRAFT' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status = 'PUBLISHED' AND NEW.status = 'RETIRED'
       AND (NEW.tax_inclusive, NEW.valid_from, NEW.drafted_by, NEW.published_by, NEW.published_at)
           = (OLD.tax_inclusive, OLD.valid_from, OLD.drafted_by, OLD.published_by, OLD.published_at)
       AND NEW.valid_to IS NOT DISTINCT FROM OLD.valid_to
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'version % of price list % is published', OLD.version, OLD.price_list_id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_published BEFORE UPDATE OR DELETE ON price_list_versions
    FOR EACH ROW EXECUTE FUNCTION keep_published_versions();

CREATE FUNCTION keep_published_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM touched JOIN price_list_versions USING (price_list_id, version)
        WHERE status <> 'DRAFT'
    ) THEN
        RAISE EXCEPTION 'entries of a published price list do not change'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_published_insert AFTER INSERT ON price_entries REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION keep_published_entries();
CREATE TRIGGER keep_published_update AFTER UPDATE ON price_entries REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION keep_published_entries();
CREATE TRIGGER keep_published_delete AFTER DELETE ON price_entries REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION keep_published_entries();

CREATE TABLE dealers (                             -- projection of dealers.state
    dealer_id      uuid          PRIMARY KEY,
    version        int           NOT NULL,
    salesperson_id uuid,
    tier           text          NOT NULL,
    tiers          text[]        NOT NULL,         -- every tier he ever had, oldest first …
    tiers_since    timestamptz[] NOT NULL          -- … and from when
);

-- Who sees which prices: a dealer those of his tier, a salesperson those of his dealers' tiers.
ALTER TABLE dealers ENABLE ROW LEVEL SECURITY;
ALTER TABLE dealers FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dealers TO catalog USING (true) WITH CHECK (true);
CREATE POLICY reader ON dealers FOR SELECT TO catalog_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR salesperson_id = seeing_user());

ALTER TABLE price_lists ENABLE ROW LEVEL SECURITY;
ALTER TABLE price_lists FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON price_lists TO catalog USING (true) WITH CHECK (true);
CREATE POLICY reader ON price_lists FOR SELECT TO catalog_reader
    USING (sees_all() OR tier IN (SELECT tier FROM dealers));

ALTER TABLE price_list_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE price_list_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON price_list_versions TO catalog USING (true) WITH CHECK (true);
CREATE POLICY reader ON price_list_versions FOR SELECT TO catalog_reader
    USING (
        sees_all()
        OR status <> 'DRAFT' AND price_list_id IN (SELECT price_list_id FROM price_lists)
    );

ALTER TABLE price_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE price_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON price_entries TO catalog USING (true) WITH CHECK (true);
CREATE POLICY reader ON price_entries FOR SELECT TO catalog_reader
    USING (
        sees_all()
        OR (price_list_id, version) IN (SELECT price_list_id, version FROM price_list_versions)
    );
