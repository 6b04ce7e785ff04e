-- A dealer leaves, and dealers is told how many of his orders are open (F-50).
ALTER TABLE dealers
    ADD COLUMN leaving_since timestamptz,          -- when orders learnt of it; null: he stays
    ADD COLUMN open_told     int;                  -- what was told last of this version of him
CREATE INDEX dealers_leaving ON dealers (dealer_id) WHERE leaving_since IS NOT NULL;
