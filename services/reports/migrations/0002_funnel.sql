-- The funnel counts the orders of a span of time, by when they were submitted.

CREATE INDEX orders_by_submission ON orders (submitted_at);
