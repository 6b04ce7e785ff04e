-- A salesperson who leads territories sees the money of the dealers there, beside his own (P-10).

ALTER TABLE accounts
    ADD COLUMN province text,                      -- null until dealers tells of him again
    ADD COLUMN city     text;

CREATE POLICY territory ON accounts FOR SELECT TO billing_reader
    USING (in_seen_territory(province, city));

DO $$
DECLARE
    shown text;
BEGIN
    FOREACH shown IN ARRAY ARRAY[
        'adjustments', 'allocations', 'credit_limits', 'credit_note_lines', 'credit_notes',
        'dunnings', 'entries', 'invoice_lines', 'invoices', 'limit_grants', 'order_accounts',
        'receipts', 'refunds'
    ] LOOP
        EXECUTE format(
            'CREATE POLICY territory ON %I FOR SELECT TO billing_reader '
            'USING (current_setting(''qudao.territories'', true) <> '''' '
            'AND dealer_id IN (SELECT a.dealer_id FROM accounts AS a '
            'WHERE in_seen_territory(a.province, a.city)))', shown);
    END LOOP;
END
$$;
