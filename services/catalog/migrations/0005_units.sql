-- Other units of a product, and how many base units each is (P-07): {"箱": [12, 1]}.

ALTER TABLE products
    ADD COLUMN units jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(units) = 'object');
