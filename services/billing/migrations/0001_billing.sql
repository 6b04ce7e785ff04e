-- Accounts of dealers and orders, receipts, invoices, and the journal behind them.
-- Amounts are minor units (fen). The account row of a dealer is the lock of all his money.

CREATE TABLE accounts (
    dealer_id          uuid   PRIMARY KEY,
    code               text   NOT NULL,
    name               text   NOT NULL,
    salesperson_id     uuid,
    credit_limit_minor bigint NOT NULL CHECK (credit_limit_minor >= 0),
    over_limit_minor   bigint NOT NULL CHECK (over_limit_minor >= 0),  -- exposure that was approved, or that no rule can refuse
    held_minor         bigint NOT NULL CHECK (held_minor >= 0),
    receivable_minor   bigint NOT NULL CHECK (receivable_minor >= 0),
    advances_minor     bigint NOT NULL CHECK (advances_minor >= 0),
    wallet_minor       bigint NOT NULL CHECK (wallet_minor >= 0),
    version            int    NOT NULL,
    dealer_version     int    NOT NULL,                                -- of the dealer's state that this was opened from
    CONSTRAINT exposure_within_limit
        CHECK (held_minor + receivable_minor <= credit_limit_minor + over_limit_minor)
) WITH (fillfactor = 70);
CREATE INDEX accounts_by_salesperson ON accounts (salesperson_id);
CREATE INDEX accounts_by_code ON accounts (code);

CREATE TABLE order_accounts (
    order_id       uuid   PRIMARY KEY,
    dealer_id      uuid   NOT NULL,
    number         text   NOT NULL,          -- empty: released before anything was held
    total_minor    bigint NOT NULL CHECK (total_minor >= 0),
    credit_minor   bigint NOT NULL CHECK (credit_minor BETWEEN 0 AND total_minor),
    state          text   NOT NULL CHECK (state IN ('OPEN', 'RELEASED')),
    due_minor      bigint NOT NULL,          -- what it must bring in: of a released order, what was invoiced
    held_minor     bigint NOT NULL CHECK (held_minor BETWEEN 0 AND credit_minor),
    covered_minor  bigint NOT NULL CHECK (covered_minor BETWEEN 0 AND due_minor),
    invoiced_minor bigint NOT NULL CHECK (invoiced_minor BETWEEN 0 AND total_minor),
    returned_minor bigint NOT NULL CHECK (returned_minor >= 0),
    payment_status text   NOT NULL CHECK (payment_status IN
                       ('UNPAID', 'ON_CREDIT', 'PARTIALLY_PAID', 'PAID', 'RELEASED')),
    revision       int    NOT NULL,          -- counts the changes of covered_minor
    opened_at      timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 60);                      -- room for the invoice of each order in its page
CREATE INDEX receivables ON order_accounts (order_id) WHERE covered_minor < due_minor;
CREATE INDEX receivables_by_dealer ON order_accounts (dealer_id, order_id) WHERE covered_minor < due_minor;

CREATE TABLE receipts (
    receipt_id      uuid        PRIMARY KEY,
    number          text        NOT NULL UNIQUE,
    dealer_id       uuid        NOT NULL,
    method          text        NOT NULL CHECK (method IN
                        ('BANK_TRANSFER', 'CASH', 'CHEQUE', 'ACCEPTANCE_BILL', 'ALIPAY', 'WECHAT_PAY',
                         'UNIONPAY', 'WALLET_TOPUP')),
    reference       text,
    amount_minor    bigint      NOT NULL CHECK (amount_minor > 0),
    allocated_minor bigint      NOT NULL CHECK (allocated_minor BETWEEN 0 AND amount_minor),
    state           text        NOT NULL CHECK (state IN ('CONFIRMED', 'REVERSED')),
    received_on     date        NOT NULL,    -- when the money came; recorded_at is when it was entered
    note            text        NOT NULL,
    recorded_by     uuid        NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    reversed_by     uuid,
    reversed_at     timestamptz,
    reverse_reason  text,
    version         int         NOT NULL,
    CHECK (state = 'CONFIRMED' OR (allocated_minor = 0 AND reversed_at IS NOT NULL))
);
CREATE INDEX receipts_by_dealer ON receipts (dealer_id, receipt_id);
-- What a bank or provider calls a payment is booked at most once; only a reversal frees it (I-11).
CREATE UNIQUE INDEX receipts_by_reference ON receipts (method, reference) WHERE state = 'CONFIRMED';

CREATE TABLE allocations (
    allocation_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id      uuid        NOT NULL,
    dealer_id     uuid        NOT NULL,
    receipt_id    uuid        REFERENCES receipts,   -- NULL: from the wallet
    amount_minor  bigint      NOT NULL CHECK (amount_minor > 0),
    undone_minor  bigint      NOT NULL DEFAULT 0 CHECK (undone_minor BETWEEN 0 AND amount_minor),
    allocated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX allocations_by_order ON allocations (order_id);
CREATE INDEX allocations_by_receipt ON allocations (receipt_id);

CREATE TABLE invoices (
    invoice_id   uuid        PRIMARY KEY,
    number       text        NOT NULL UNIQUE,
    order_id     uuid        NOT NULL,
    order_number text        NOT NULL,
    dealer_id    uuid        NOT NULL,
    shipment_id  uuid        NOT NULL UNIQUE,
    net_minor    bigint      NOT NULL,
    tax_minor    bigint      NOT NULL,
    gross_minor  bigint      NOT NULL CHECK (gross_minor = net_minor + tax_minor),
    issued_at    timestamptz NOT NULL
);
CREATE INDEX invoices_by_dealer ON invoices (dealer_id, invoice_id);
CREATE INDEX invoices_by_order ON invoices (order_id);

CREATE TABLE invoice_lines (
    invoice_id  uuid   NOT NULL,              -- no foreign key: written with its invoice, never changed
    line_no     int    NOT NULL,
    dealer_id   uuid   NOT NULL,
    sku         text   NOT NULL,
    quantity    bigint NOT NULL CHECK (quantity > 0),   -- base units
    net_minor   bigint NOT NULL,
    tax_minor   bigint NOT NULL,
    gross_minor bigint NOT NULL CHECK (gross_minor = net_minor + tax_minor),
    PRIMARY KEY (invoice_id, line_no)
);

CREATE TABLE entries (                       -- the journal: append-only, a debit is positive
    entry_id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id uuid        NOT NULL,
    kind           text        NOT NULL CHECK (kind IN
                       ('RECEIPT', 'ALLOCATION', 'RETURN', 'REVERSAL', 'INVOICE')),
    code           text        NOT NULL CHECK (code IN
                       ('cash', 'wallet', 'advances', 'receivable', 'revenue', 'tax')),
    dealer_id      uuid        NOT NULL,
    order_id       uuid,
    document_id    uuid        NOT NULL,     -- the receipt or invoice; else the order
    amount_minor   bigint      NOT NULL CHECK (amount_minor <> 0),
    created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX entries_by_dealer ON entries (dealer_id, entry_id);
