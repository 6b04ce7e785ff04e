-- Where a dealer's goods and papers go, and whom one calls there (F-11). Orders keep copies of their own.

CREATE TABLE dealer_addresses (
    address_id uuid        PRIMARY KEY,
    dealer_id  uuid        NOT NULL REFERENCES dealers,
    kind       text        NOT NULL CHECK (kind IN ('SHIP_TO', 'BILL_TO')),
    receiver   text        NOT NULL,
    phone      text        NOT NULL,
    province   text        NOT NULL,
    city       text        NOT NULL,
    street     text        NOT NULL,
    usual      boolean     NOT NULL,               -- taken where nobody says another one
    version    int         NOT NULL CHECK (version >= 1),
    changed_at timestamptz NOT NULL
);
CREATE INDEX dealer_addresses_by_dealer ON dealer_addresses (dealer_id, address_id);
-- One of each kind is the usual one.
CREATE UNIQUE INDEX dealer_addresses_usual ON dealer_addresses (dealer_id, kind) WHERE usual;

CREATE TABLE dealer_contacts (
    contact_id uuid        PRIMARY KEY,
    dealer_id  uuid        NOT NULL REFERENCES dealers,
    name       text        NOT NULL,
    duty       text        NOT NULL,               -- 采购, 财务, 仓库 …
    phone      text        NOT NULL,
    email      text,
    version    int         NOT NULL CHECK (version >= 1),
    changed_at timestamptz NOT NULL
);
CREATE INDEX dealer_contacts_by_dealer ON dealer_contacts (dealer_id, contact_id);

-- Who sees a dealer sees these: himself, his salesperson of now, and staff.
ALTER TABLE dealer_addresses ENABLE ROW LEVEL SECURITY;
ALTER TABLE dealer_addresses FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dealer_addresses TO dealers USING (true) WITH CHECK (true);
CREATE POLICY reader ON dealer_addresses FOR SELECT TO dealers_reader
    USING (
        sees_all()
        OR dealer_id = seen_dealer()
        OR dealer_id IN (SELECT dealer_id FROM dealers WHERE salesperson_id = seeing_user())
    );

ALTER TABLE dealer_contacts ENABLE ROW LEVEL SECURITY;
ALTER TABLE dealer_contacts FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dealer_contacts TO dealers USING (true) WITH CHECK (true);
CREATE POLICY reader ON dealer_contacts FOR SELECT TO dealers_reader
    USING (
        sees_all()
        OR dealer_id = seen_dealer()
        OR dealer_id IN (SELECT dealer_id FROM dealers WHERE salesperson_id = seeing_user())
    );
