-- Somebody else's publication of all tables takes these in, and PostgreSQL refuses to change or delete rows of a table that it publishes and whose rows nothing names. Rows of
-- journals are changed by rollbacks alone, keys wait for moments: that WAL has them whole then costs next to nothing, and an index for the purpose would cost every row.
ALTER TABLE godwit.pending_key REPLICA IDENTITY FULL;

CREATE FUNCTION godwit.name_rows_of_journal(run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    part text;
BEGIN
    FOREACH part IN ARRAY ARRAY['journal', 'image', 'derived', 'import_change'] LOOP
        EXECUTE format('ALTER TABLE IF EXISTS godwit.%I REPLICA IDENTITY FULL', part || '_' || run_serial);
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION godwit.create_journal(run text, run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM godwit.create_images(run, run_serial);
    PERFORM godwit.create_settled(run, run_serial);
    PERFORM godwit.create_image(run, run_serial);
    PERFORM godwit.create_derived(run, run_serial);
    PERFORM godwit.create_import_change(run, run_serial);
    PERFORM godwit.create_grouped(run, run_serial);
    PERFORM godwit.name_rows_of_journal(run_serial);
END
$$;

SELECT godwit.name_rows_of_journal(serial)
  FROM godwit.run;
SELECT godwit.name_rows_of_journal(0);
