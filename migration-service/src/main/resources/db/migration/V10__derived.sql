-- Rows that a derive has inserted, which is its journal: a rollback deletes just these, and only while they are what the run made of them.

-- `entity` is null where a trigger has changed what the row is known by. `after` is a digest of the row, for rows that another run has changed and given back. A row that
-- its entity no longer derives is taken back in mid-run: `retracted`. `kept` says why a rollback has left a row as it is.
CREATE TABLE godwit.derived (
    run_id    text NOT NULL,
    batch     bigint NOT NULL,
    entity    text,
    key       text NOT NULL,
    after     uuid NOT NULL,
    retracted boolean NOT NULL DEFAULT false,
    kept      text
) PARTITION BY LIST (run_id);

CREATE FUNCTION godwit.create_derived(run text, run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE godwit.%I (LIKE godwit.derived INCLUDING ALL, CHECK (run_id = %L))', 'derived_' || run_serial, run);
    EXECUTE format('CREATE INDEX ON godwit.%I (batch)', 'derived_' || run_serial);
    EXECUTE format('CREATE INDEX ON godwit.%I (entity)', 'derived_' || run_serial);
    EXECUTE format('CREATE INDEX ON godwit.%I (key)', 'derived_' || run_serial);
    EXECUTE format('ALTER TABLE godwit.derived ATTACH PARTITION godwit.%I FOR VALUES IN (%L)', 'derived_' || run_serial, run);
END
$$;

CREATE OR REPLACE FUNCTION godwit.create_journal(run text, run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM godwit.create_images(run, run_serial);
    PERFORM godwit.create_settled(run, run_serial);
    PERFORM godwit.create_image(run, run_serial);
    PERFORM godwit.create_derived(run, run_serial);
END
$$;

CREATE OR REPLACE FUNCTION godwit.drop_journal(run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM godwit.drop_images(run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'settled_' || run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'image_' || run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'derived_' || run_serial);
END
$$;

-- Whether any run of Godwit wrote a row last, by the 32 bits that a row shows of its transaction.
CREATE INDEX batch_of_any_run_by_xmin ON godwit.batch (((xid::text::bigint & 4294967295)));
