-- Whose stock is kept by lot (P-24).

ALTER TABLE products ADD COLUMN lot_tracked boolean NOT NULL DEFAULT false;
