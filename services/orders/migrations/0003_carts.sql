-- Carts of buyers, and what a dealer orders again and again.

CREATE TABLE carts (
    cart_id    uuid        PRIMARY KEY,
    dealer_id  uuid        NOT NULL,
    owner_id   uuid        NOT NULL,     -- the user who opened it; nobody else sees it
    name       text        NOT NULL,
    changed_at timestamptz NOT NULL,
    version    int         NOT NULL,
    lines      json        NOT NULL,     -- [sku, base units], as services.orders.carts.domain.CartLine
    order_ids  uuid[]      NOT NULL      -- what it became; empty: it is open
);
CREATE INDEX carts_by_owner ON carts (owner_id, cart_id DESC);

CREATE TABLE cart_templates (
    template_id uuid        PRIMARY KEY,
    dealer_id   uuid        NOT NULL,
    name        text        NOT NULL,
    lines       json        NOT NULL,    -- as of a cart
    saved_by    uuid        NOT NULL,
    saved_at    timestamptz NOT NULL,
    UNIQUE (dealer_id, name)
);
CREATE INDEX cart_templates_by_dealer ON cart_templates (dealer_id, template_id DESC);

-- Base unit of a product; empty until catalog tells the product's next state.
ALTER TABLE products ADD COLUMN unit text NOT NULL DEFAULT '';

ALTER TABLE carts ENABLE ROW LEVEL SECURITY;
ALTER TABLE carts FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON carts TO orders USING (true) WITH CHECK (true);
CREATE POLICY reader ON carts FOR SELECT TO orders_reader USING (owner_id = seeing_user());

-- Whoever may order for a dealer may use what was saved for him.
ALTER TABLE cart_templates ENABLE ROW LEVEL SECURITY;
ALTER TABLE cart_templates FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON cart_templates TO orders USING (true) WITH CHECK (true);
CREATE POLICY reader ON cart_templates FOR SELECT TO orders_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR EXISTS (
        SELECT FROM dealers d
        WHERE d.dealer_id = cart_templates.dealer_id AND d.salesperson_id = seeing_user()));
