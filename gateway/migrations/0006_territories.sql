-- Whose dealers a salesperson sees beside his own: `province` or `province/city` (P-10); NULL: none.
ALTER TABLE users ADD COLUMN territories text[];
ALTER TABLE api_clients ADD COLUMN territories text[];
