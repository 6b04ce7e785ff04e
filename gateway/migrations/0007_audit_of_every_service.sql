-- The audit log tells what people do through any service, not only at the gateway.

-- What the facts name, to search by; the digest covers the facts.
ALTER TABLE audit_log ADD COLUMN dealer_id uuid;                        -- whose it is
ALTER TABLE audit_log ADD COLUMN documents text[] NOT NULL DEFAULT '{}'; -- numbers, SKUs, logins
CREATE INDEX audit_log_by_actor ON audit_log (actor, entry_id);
CREATE INDEX audit_log_by_dealer ON audit_log (dealer_id, entry_id) WHERE dealer_id IS NOT NULL;
CREATE INDEX audit_log_by_document ON audit_log USING gin (documents);

ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
CREATE POLICY keeper ON audit_log TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY writer ON audit_log TO gateway USING (true) WITH CHECK (true);
CREATE POLICY reader ON audit_log FOR SELECT TO gateway_reader
    USING (sees_all() OR actor = 'user:' || seeing_user());

-- The newest whole state of what is told as states: what was before the next one.
CREATE TABLE known_states (
    subject_id uuid  PRIMARY KEY,
    version    int   NOT NULL,
    facts      jsonb NOT NULL
);

-- Where the chain begins: behind the entries that are too old to be kept.
CREATE TABLE audit_base (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint  NOT NULL,
    digest   bytea   NOT NULL
);
INSERT INTO audit_base (position, digest) VALUES (0, sha256(''));
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_base FROM gateway;

-- Forgets a piece of the oldest entries; the only way to remove any, and only for what is old.
CREATE FUNCTION forget_audit_log(older_than timestamptz, at_most int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    base bigint;
    last bigint;
    gone int;
BEGIN
    IF older_than > now() - interval '180 days' THEN
        RAISE EXCEPTION 'the audit log is kept for 180 days at least';
    END IF;
    SELECT position INTO base FROM audit_base FOR UPDATE;
    SELECT coalesce(min(piece.position) FILTER (WHERE piece.at >= older_than) - 1,
                    max(piece.position), base)
    INTO last
    FROM (SELECT position, at FROM audit_log
          WHERE position > base ORDER BY position LIMIT at_most) AS piece;
    UPDATE audit_base
    SET position = last, digest = link.digest
    FROM audit_log AS link
    WHERE link.position = last AND last > base;
    DELETE FROM audit_log
    WHERE (position > base AND position <= last)
       OR (position IS NULL AND at < older_than);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
REVOKE ALL ON FUNCTION forget_audit_log FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_audit_log TO gateway;
