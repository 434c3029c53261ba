-- Triggers on children of rekeyed tables, by which old keys go on working; they go with the run's journal, or when it is rolled back.
CREATE TABLE godwit.alias (
    run_id   text NOT NULL REFERENCES godwit.run ON DELETE CASCADE,
    number   smallint NOT NULL,
    relation oid NOT NULL,
    trigger  text NOT NULL,
    function text NOT NULL,
    PRIMARY KEY (run_id, number)
);

-- By the table's oid: it may have been renamed, or be gone with its triggers. A table that is busy must not queue the application behind us.
CREATE FUNCTION godwit.drop_aliases(run text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    made godwit.alias;
BEGIN
    FOR made IN SELECT * FROM godwit.alias WHERE run_id = run ORDER BY number LOOP
        PERFORM set_config('lock_timeout', '300ms', true), set_config('client_min_messages', 'warning', true);
        IF EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = made.relation) THEN
            EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', made.trigger, made.relation::regclass);
        END IF;
        EXECUTE format('DROP FUNCTION IF EXISTS godwit.%I()', made.function);
    END LOOP;
    DELETE FROM godwit.alias WHERE run_id = run;
END
$$;
