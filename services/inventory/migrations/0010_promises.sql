-- Which warehouse delivers to a dealer: he may ask what is there (P-02). Null until his state is told again.

ALTER TABLE dealers ADD COLUMN home_warehouse_id uuid;
