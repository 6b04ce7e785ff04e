-- What is announced to come in, and when: received in one or several parts, each by an inbound note.

ALTER TABLE stock_documents
    ADD COLUMN source      text,                 -- of what is expected: who sends it
    ADD COLUMN expected_on date,                 -- when it, or a transfer, shall arrive
    ADD COLUMN closing     text,                 -- why what never came is not waited for any more
    DROP CONSTRAINT stock_documents_kind_check,
    DROP CONSTRAINT stock_documents_status_check,
    ADD CONSTRAINT stock_documents_kind_check
        CHECK (kind IN ('ISSUE', 'TRANSFER', 'COUNT', 'ARRIVAL')) NOT VALID,
    ADD CONSTRAINT stock_documents_status_check
        CHECK (status IN ('DRAFT', 'COUNTED', 'EXPECTED', 'IN_TRANSIT', 'POSTED', 'CANCELLED')) NOT VALID,
    ADD CONSTRAINT stock_documents_arrival_check
        CHECK ((kind = 'ARRIVAL') = (source IS NOT NULL)
               AND (kind <> 'ARRIVAL' OR expected_on IS NOT NULL)) NOT VALID;
ALTER TABLE stock_documents
    VALIDATE CONSTRAINT stock_documents_kind_check,
    VALIDATE CONSTRAINT stock_documents_status_check,
    VALIDATE CONSTRAINT stock_documents_arrival_check;

-- More than was expected may arrive; of a transfer never more than was sent, which its rules see to.
ALTER TABLE stock_document_lines
    DROP CONSTRAINT stock_document_lines_check,
    ADD CONSTRAINT stock_document_lines_received_check CHECK (received >= 0) NOT VALID;
ALTER TABLE stock_document_lines
    VALIDATE CONSTRAINT stock_document_lines_received_check;

ALTER TABLE inbounds
    ADD COLUMN expected_id uuid REFERENCES stock_documents,
    ADD COLUMN note        text NOT NULL DEFAULT '';   -- why more arrived than was expected
CREATE INDEX inbounds_by_expected ON inbounds (expected_id) WHERE expected_id IS NOT NULL;

CREATE INDEX stock_documents_expected ON stock_documents (warehouse_id, expected_on) WHERE status = 'EXPECTED';

-- What is still to come into a warehouse, and when it is expected; null: nobody said.
CREATE VIEW incoming_stock WITH (security_invoker = true) AS
SELECT coalesce(to_warehouse_id, warehouse_id) AS warehouse_id, sku, expected_on, document_id, number,
       quantity - coalesce(received, 0) AS quantity
FROM stock_documents
JOIN stock_document_lines USING (document_id)
WHERE status IN ('EXPECTED', 'IN_TRANSIT') AND quantity > coalesce(received, 0);
