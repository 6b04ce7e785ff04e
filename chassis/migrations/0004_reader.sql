-- What the reader role (chassis.scope) has no business with: messages and answers of all dealers.

DO $$
DECLARE
    reader text := regexp_replace(current_user, '_owner$', '_reader');
BEGIN
    EXECUTE format(
        'REVOKE ALL ON outbox, outbox_moved, event_log, outbox_cursor, inbox, inbox_reach, parked, '
        'parked_keys, idempotency, document_numbers FROM %I', reader);
END
$$;
