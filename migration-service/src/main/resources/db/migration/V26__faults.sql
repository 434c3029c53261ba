-- Where a run began: its database cluster, and a named place in the WAL to recover to.
ALTER TABLE godwit.run
    ADD COLUMN cluster       bigint,
    ADD COLUMN restore_point text;

-- Null where the role may not make one: by default only superusers may.
CREATE FUNCTION godwit.restore_point(name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF NOT has_function_privilege('pg_create_restore_point(text)', 'EXECUTE') THEN
        RETURN NULL;
    END IF;
    PERFORM pg_create_restore_point(name);
    RETURN name;
END
$$;
