-- The papers of an application: licence, certificates, photos of the shop (F-47, F-49).

CREATE TABLE application_documents (               -- the files themselves lie in the store of files
    document_id    uuid        PRIMARY KEY,
    application_id uuid        NOT NULL REFERENCES dealer_applications ON DELETE CASCADE,
    kind           text        NOT NULL CHECK (kind <> ''),
    file_name      text        NOT NULL CHECK (file_name <> ''),
    media_type     text        NOT NULL,
    size_bytes     int         NOT NULL CHECK (size_bytes > 0),
    sha256         text        NOT NULL CHECK (length(sha256) = 64),   -- of the content, in hex; names the file
    valid_until    date,                           -- null: for ever
    added_by       uuid        NOT NULL,
    added_at       timestamptz NOT NULL,
    removed_at     timestamptz                     -- shown no more; what was handed in once is kept
);
CREATE INDEX application_documents_by_application ON application_documents (application_id, document_id)
    WHERE removed_at IS NULL;

-- Who sees an application sees its papers: the policy of dealer_applications decides.
ALTER TABLE application_documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE application_documents FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON application_documents TO dealers USING (true) WITH CHECK (true);
CREATE POLICY reader ON application_documents FOR SELECT TO dealers_reader
    USING (application_id IN (SELECT application_id FROM dealer_applications));
