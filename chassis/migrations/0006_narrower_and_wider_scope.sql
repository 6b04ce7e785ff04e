-- What a caller may see, by warehouse and by territory (P-10); the reading transaction sets it.

CREATE FUNCTION in_seen_warehouse(warehouse_id uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN coalesce(current_setting('qudao.warehouse_ids', true), '') = ''
        OR warehouse_id = ANY (nullif(current_setting('qudao.warehouse_ids', true), '')::uuid[]);

-- A territory is a province, with all that is in it, or `province/city`.
CREATE FUNCTION in_seen_territory(province text, city text) RETURNS boolean LANGUAGE sql STABLE
    RETURN ARRAY[province, province || '/' || city]
        && string_to_array(nullif(current_setting('qudao.territories', true), ''), E'\n');
