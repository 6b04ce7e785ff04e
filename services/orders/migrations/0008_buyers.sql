-- Name, tier, usual address and invoice title of the dealer (services.orders.domain.buyer.Buyer), and
-- as they were when an order was submitted (F-53). Null: from before they were kept.
ALTER TABLE dealers ADD COLUMN buyer json;
ALTER TABLE orders ADD COLUMN buyer json;
