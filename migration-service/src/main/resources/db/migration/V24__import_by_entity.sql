-- Rows of an import's journal are looked up by batch and by entity. An index by key would cost each row that is imported a tenth of its time, and is read by nobody.

CREATE OR REPLACE FUNCTION godwit.create_import_change(run text, run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE godwit.%I (LIKE godwit.import_change INCLUDING ALL, CHECK (run_id = %L))', 'import_change_' || run_serial, run);
    EXECUTE format('CREATE INDEX ON godwit.%I (batch)', 'import_change_' || run_serial);
    EXECUTE format('CREATE INDEX ON godwit.%I (entity)', 'import_change_' || run_serial);
    EXECUTE format('ALTER TABLE godwit.import_change ATTACH PARTITION godwit.%I FOR VALUES IN (%L)', 'import_change_' || run_serial, run);
END
$$;
