-- Why an order stands still, since when, by whom and until when; their kinds stay in `holds`.
ALTER TABLE orders
    ADD COLUMN held   json NOT NULL DEFAULT '[]',  -- services.orders.domain.holds.Held
    ADD COLUMN due_at timestamptz;                 -- when time changes an order that waits; rare

-- A dealer was stopped or reinstated, and his orders follow: when that was, and when to look.
ALTER TABLE dealers
    ADD COLUMN stop_changed_at timestamptz,
    ADD COLUMN stop_follow_at  timestamptz;
CREATE INDEX dealers_to_follow ON dealers (stop_follow_at) WHERE stop_follow_at IS NOT NULL;
