-- Units of a product beside its base unit: contracts.catalog.ProductUnit, as catalog tells them.
ALTER TABLE products ADD COLUMN units jsonb NOT NULL DEFAULT '[]';
