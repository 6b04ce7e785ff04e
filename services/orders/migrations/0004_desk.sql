-- The saga desk: what its people may see of parked messages, and what they proposed to each other.

-- The reader role sees no messages; of those that are parked for an order whoever sees
-- all sees that they are.
CREATE FUNCTION parked_orders() RETURNS TABLE (order_id uuid, error text, parked_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
BEGIN ATOMIC
    SELECT encode(key, 'hex')::uuid, error, parked_at
    FROM parked_keys
    WHERE octet_length(key) = 16 AND sees_all();
END;

CREATE TABLE desk_proposals (
    proposal_id   uuid        PRIMARY KEY,
    order_id      uuid        NOT NULL REFERENCES orders,
    order_version int         NOT NULL,     -- as the proposer saw the order
    action        text        NOT NULL CHECK (action IN ('compensate', 'give-up')),
    reason        text        NOT NULL,
    proposed_by   uuid        NOT NULL,
    proposed_at   timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    state         text        NOT NULL CHECK (state IN ('OPEN', 'APPROVED', 'WITHDRAWN')),
    decided_by    uuid,
    decided_at    timestamptz,
    CHECK ((state = 'OPEN') = (decided_by IS NULL)),
    CHECK (state <> 'APPROVED' OR decided_by <> proposed_by)  -- four eyes
);
CREATE UNIQUE INDEX desk_proposals_open ON desk_proposals (order_id) WHERE state = 'OPEN';

ALTER TABLE desk_proposals ENABLE ROW LEVEL SECURITY;
ALTER TABLE desk_proposals FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON desk_proposals TO orders USING (true) WITH CHECK (true);
CREATE POLICY reader ON desk_proposals FOR SELECT TO orders_reader USING (sees_all());
