-- Applications, dealers, territories; and what dealers knows of users.

CREATE TABLE users (                               -- projection of gateway.state
    user_id uuid    PRIMARY KEY,
    version int     NOT NULL,
    name    text    NOT NULL,
    roles   text[]  NOT NULL,
    active  boolean NOT NULL
);

CREATE TABLE territories (
    province       text NOT NULL CHECK (province <> ''),
    city           text NOT NULL,                  -- empty: the province, but for cities of their own
    salesperson_id uuid NOT NULL,
    version        int  NOT NULL CHECK (version >= 1),
    PRIMARY KEY (province, city)
);
CREATE INDEX territories_by_salesperson ON territories (salesperson_id);

CREATE TABLE dealers (
    dealer_id          uuid        PRIMARY KEY,
    code               text        NOT NULL UNIQUE CHECK (code <> ''),
    credit_code        text        NOT NULL UNIQUE CHECK (length(credit_code) = 18),
    name               text        NOT NULL,
    province           text        NOT NULL,
    city               text        NOT NULL,
    contact_name       text        NOT NULL,
    phone              text        NOT NULL,
    status             text        NOT NULL
        CHECK (status IN ('ACTIVE', 'SUSPENDED', 'ON_STOP', 'EXITED')),
    reason             text,                   -- why it is not active
    tier               text        NOT NULL CHECK (tier IN ('PROVINCE', 'CITY', 'COUNTY')),
    terms              jsonb       NOT NULL,   -- contracts.dealers.Terms
    credit_limit_minor bigint      NOT NULL CHECK (credit_limit_minor >= 0),
    salesperson_id     uuid,
    warehouse_id       uuid        NOT NULL,
    application_id     uuid        UNIQUE,
    applicant_user_id  uuid,
    version            int         NOT NULL CHECK (version >= 1),
    activated_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX dealers_by_salesperson ON dealers (salesperson_id, code);

CREATE TABLE dealer_applications (
    application_id     uuid        PRIMARY KEY,
    credit_code        text        NOT NULL CHECK (length(credit_code) = 18),
    form               jsonb       NOT NULL,       -- domain.applications.Form
    province           text        NOT NULL,       -- of the form, for the territory
    city               text        NOT NULL,
    applicant_user_id  uuid        NOT NULL,
    status             text        NOT NULL CHECK (status IN
        ('DRAFT', 'SUBMITTED', 'RETURNED', 'SCREENED', 'APPROVED', 'REJECTED')),
    screener_id        uuid,                       -- who should screen it
    screened_by        uuid,                       -- who did
    decided_by         uuid,
    reason             text,                       -- why it was returned or rejected
    dealer_id          uuid        REFERENCES dealers,
    version            int         NOT NULL CHECK (version >= 1),
    submitted_at       timestamptz,
    changed_at         timestamptz NOT NULL,
    CHECK ((status = 'DRAFT') = (submitted_at IS NULL)),
    CHECK ((status = 'APPROVED') = (dealer_id IS NOT NULL)),
    CHECK (status NOT IN ('SCREENED', 'APPROVED') OR screened_by IS NOT NULL),
    CHECK (status <> 'APPROVED' OR decided_by <> screened_by)   -- two persons (F-49)
);
-- One application per company; a draft claims nothing yet (F-47).
CREATE UNIQUE INDEX dealer_applications_by_credit_code ON dealer_applications (credit_code)
    WHERE status <> 'DRAFT';
CREATE INDEX dealer_applications_by_applicant ON dealer_applications (applicant_user_id);
CREATE INDEX dealer_applications_open ON dealer_applications (status, application_id)
    WHERE status IN ('SUBMITTED', 'RETURNED', 'SCREENED');

CREATE TABLE further_applicants (                  -- who else applied for the same company (F-47)
    credit_code  text        NOT NULL,
    user_id      uuid        NOT NULL,
    contact_name text        NOT NULL,
    phone        text        NOT NULL,
    applied_at   timestamptz NOT NULL,
    PRIMARY KEY (credit_code, user_id)
);

CREATE TABLE dealer_changes (                      -- tier, terms and salesperson: what held from when on
    change_id      uuid        PRIMARY KEY,
    dealer_id      uuid        NOT NULL REFERENCES dealers,
    kind           text        NOT NULL CHECK (kind IN ('TIER', 'TERMS', 'SALESPERSON')),
    value          jsonb       NOT NULL,
    effective_from timestamptz NOT NULL,
    set_by         uuid        NOT NULL,
    set_at         timestamptz NOT NULL,
    applied_at     timestamptz                     -- null: still to come
);
CREATE INDEX dealer_changes_by_dealer ON dealer_changes (dealer_id, effective_from);
CREATE INDEX dealer_changes_due ON dealer_changes (effective_from) WHERE applied_at IS NULL;
-- At one moment a dealer has one tier, one set of terms and one salesperson.
CREATE UNIQUE INDEX dealer_changes_once ON dealer_changes (dealer_id, kind, effective_from);

ALTER TABLE dealers ENABLE ROW LEVEL SECURITY;
ALTER TABLE dealers FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dealers TO dealers USING (true) WITH CHECK (true);
CREATE POLICY reader ON dealers FOR SELECT TO dealers_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR salesperson_id = seeing_user());

ALTER TABLE dealer_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE dealer_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dealer_changes TO dealers USING (true) WITH CHECK (true);
CREATE POLICY reader ON dealer_changes FOR SELECT TO dealers_reader
    USING (
        sees_all()
        OR dealer_id = seen_dealer()
        OR dealer_id IN (SELECT dealer_id FROM dealers WHERE salesperson_id = seeing_user())
    );

-- An applicant sees his own, also as the dealer that he becomes; a salesperson those he should screen, and all of his territory.
ALTER TABLE dealer_applications ENABLE ROW LEVEL SECURITY;
ALTER TABLE dealer_applications FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON dealer_applications TO dealers USING (true) WITH CHECK (true);
CREATE POLICY reader ON dealer_applications FOR SELECT TO dealers_reader
    USING (
        sees_all()
        OR dealer_id = seen_dealer()
        OR applicant_user_id = seeing_user()
        OR status <> 'DRAFT' AND (
            screener_id = seeing_user()
            OR seeing_user() = (
                SELECT t.salesperson_id FROM territories t
                WHERE t.province = dealer_applications.province
                  AND t.city IN (dealer_applications.city, '')
                ORDER BY t.city DESC LIMIT 1
            )
        )
    );

ALTER TABLE further_applicants ENABLE ROW LEVEL SECURITY;
ALTER TABLE further_applicants FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON further_applicants TO dealers USING (true) WITH CHECK (true);
CREATE POLICY reader ON further_applicants FOR SELECT TO dealers_reader
    USING (
        sees_all()
        OR user_id = seeing_user()
        OR credit_code IN (
            SELECT credit_code FROM dealer_applications WHERE applicant_user_id <> seeing_user()
        )
    );
