-- Applications that nobody screens are escalated (F-48); large credit has a yes of finance (F-49).

ALTER TABLE dealer_applications
    ADD COLUMN escalated_at         timestamptz,       -- of the last submission, if it is later
    ADD COLUMN endorsed_by          uuid,
    ADD COLUMN endorsed_limit_minor bigint CHECK (endorsed_limit_minor >= 0),
    ADD CONSTRAINT endorsed_whole CHECK ((endorsed_by IS NULL) = (endorsed_limit_minor IS NULL));
CREATE INDEX dealer_applications_unscreened ON dealer_applications (submitted_at)
    WHERE status = 'SUBMITTED';
