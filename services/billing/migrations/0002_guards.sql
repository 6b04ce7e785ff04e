-- The journal only grows, and every transaction in it sums to zero: the database sees to that.

REVOKE UPDATE, DELETE ON entries, invoices, invoice_lines FROM billing;
REVOKE DELETE ON accounts, order_accounts, receipts, allocations FROM billing;

CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM posted GROUP BY transaction_id HAVING sum(amount_minor) <> 0) THEN
        RAISE EXCEPTION 'a transaction of the journal does not sum to zero';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entries_balance AFTER INSERT ON entries
    REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced();
