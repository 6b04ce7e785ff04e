-- What a caller may see, for row-level security; the reading transaction sets it (chassis.scope).

CREATE FUNCTION sees_all() RETURNS boolean LANGUAGE sql STABLE
    RETURN coalesce(current_setting('qudao.sees_all', true), '') = 'on';
CREATE FUNCTION seen_dealer() RETURNS uuid LANGUAGE sql STABLE
    RETURN nullif(current_setting('qudao.dealer_id', true), '')::uuid;
CREATE FUNCTION seeing_user() RETURNS uuid LANGUAGE sql STABLE
    RETURN nullif(current_setting('qudao.user_id', true), '')::uuid;
