-- What inventory must know of others, kept from their state messages: the highest version wins.

CREATE TABLE dealers (
    dealer_id      uuid PRIMARY KEY,
    version        int  NOT NULL,
    code           text NOT NULL,
    name           text NOT NULL,
    status         text NOT NULL,
    salesperson_id uuid
);
CREATE INDEX dealers_by_salesperson ON dealers (salesperson_id);

CREATE TABLE products (
    sku     text PRIMARY KEY,
    version int  NOT NULL,
    name    text NOT NULL,
    unit    text NOT NULL,
    status  text NOT NULL
);
