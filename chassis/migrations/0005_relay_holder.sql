-- Who has the open batch in hand, so that the relays of several processes do not publish it twice.
-- A relay that is silent for too long loses it; that it may still be at work then is harmless.

ALTER TABLE outbox_cursor
    ADD COLUMN holder     text        NOT NULL DEFAULT '',
    ADD COLUMN held_until timestamptz NOT NULL DEFAULT '-infinity';
