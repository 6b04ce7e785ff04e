-- Tax classes, whose rates have dates: rates are data (domain rule 5.8). A product has a class, or a rate of its own.

CREATE TABLE tax_classes (
    code    text PRIMARY KEY CHECK (code <> ''),
    name_zh text NOT NULL,
    name_en text NOT NULL
);

CREATE TABLE tax_rates (
    code       text        NOT NULL REFERENCES tax_classes,
    valid_from timestamptz NOT NULL,
    rate_bp    int         NOT NULL CHECK (rate_bp BETWEEN 0 AND 10000),
    set_by     uuid,                              -- null: came with the first release
    applied_at timestamptz,                       -- its products have it; null: still to come
    PRIMARY KEY (code, valid_from)
);
CREATE INDEX tax_rates_due ON tax_rates (valid_from) WHERE applied_at IS NULL;

-- What held at a time is what orders of that time were priced by.
CREATE FUNCTION keep_tax_rates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.applied_at IS NULL AND TG_OP = 'UPDATE' AND OLD.code = NEW.code
       AND OLD.valid_from = NEW.valid_from
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the rate of % from % on does not change', OLD.code, OLD.valid_from
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_rates BEFORE UPDATE OR DELETE ON tax_rates
    FOR EACH ROW EXECUTE FUNCTION keep_tax_rates();

INSERT INTO tax_classes (code, name_zh, name_en) VALUES
    ('GOODS', '货物', 'Goods'),
    ('LOW', '农产品、图书等', 'Farm produce, books and the like'),
    ('SERVICES', '服务', 'Services'),
    ('ZERO', '零税率', 'Zero rate'),
    ('EXEMPT', '免税', 'Exempt');
INSERT INTO tax_rates (code, valid_from, rate_bp, applied_at) VALUES
    ('GOODS', '2000-01-01Z', 1300, '2000-01-01Z'),
    ('LOW', '2000-01-01Z', 900, '2000-01-01Z'),
    ('SERVICES', '2000-01-01Z', 600, '2000-01-01Z'),
    ('ZERO', '2000-01-01Z', 0, '2000-01-01Z'),
    ('EXEMPT', '2000-01-01Z', 0, '2000-01-01Z');

-- `tax_rate_bp` stays: the rate of now.
ALTER TABLE products ADD COLUMN tax_class text REFERENCES tax_classes;
UPDATE products SET tax_class = CASE tax_rate_bp WHEN 1300 THEN 'GOODS' WHEN 900 THEN 'LOW' WHEN 600 THEN 'SERVICES' END;
CREATE INDEX products_by_tax_class ON products (tax_class) WHERE tax_class IS NOT NULL;
