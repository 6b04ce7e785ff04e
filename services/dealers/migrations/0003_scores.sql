-- The pool of applicants: how they are scored, and who was put on the shortlist (F-52).

CREATE TABLE score_sheets (                        -- the highest version holds
    version int         PRIMARY KEY CHECK (version >= 1),
    sheet   jsonb       NOT NULL,                  -- domain.scoring.Sheet
    set_by  uuid        NOT NULL,
    set_at  timestamptz NOT NULL
);

CREATE TABLE application_scores (                  -- by the sheet that holds; of a decided one, by the sheet of that time
    application_id uuid  PRIMARY KEY REFERENCES dealer_applications ON DELETE CASCADE,
    sheet_version  int   NOT NULL REFERENCES score_sheets,
    points         int   NOT NULL CHECK (points BETWEEN 0 AND 1000),
    parts          jsonb NOT NULL                  -- [domain.scoring.PartScore]
);
CREATE INDEX application_scores_by_points ON application_scores (points DESC, application_id DESC);

CREATE TABLE shortlist (                           -- with the score at the time of the decision
    application_id  uuid        PRIMARY KEY REFERENCES dealer_applications ON DELETE CASCADE,
    key_development boolean     NOT NULL,          -- 重点发展
    note            text        NOT NULL,
    sheet_version   int         REFERENCES score_sheets,
    points          int,
    parts           jsonb,
    decided_by      uuid        NOT NULL,
    decided_at      timestamptz NOT NULL,
    CHECK ((points IS NULL) = (sheet_version IS NULL) AND (points IS NULL) = (parts IS NULL))
);

ALTER TABLE application_scores ENABLE ROW LEVEL SECURITY;
ALTER TABLE application_scores FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON application_scores TO dealers USING (true) WITH CHECK (true);
CREATE POLICY reader ON application_scores FOR SELECT TO dealers_reader
    USING (application_id IN (SELECT application_id FROM dealer_applications));

ALTER TABLE shortlist ENABLE ROW LEVEL SECURITY;
ALTER TABLE shortlist FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON shortlist TO dealers USING (true) WITH CHECK (true);
CREATE POLICY reader ON shortlist FOR SELECT TO dealers_reader
    USING (application_id IN (SELECT application_id FROM dealer_applications));
