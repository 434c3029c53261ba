-- Rows that imports have brought, and what an import writes down to be undone exactly.

-- Which row of the target each row of a source has become: one map for all runs of a migration, so that a repeated run finds what it wrote, and others can ask for the
-- identity of a row. A batch locks the rows of its entities before it reads their source, so a row is there before its target is, and stays when the source row is gone:
-- `target_key` is null then.
CREATE TABLE godwit.imported (
    migration  text NOT NULL,
    source_key text NOT NULL,
    target_key text,
    PRIMARY KEY (migration, source_key)
) WITH (fillfactor = 80);
CREATE INDEX imported_by_target ON godwit.imported (migration, target_key) WHERE target_key IS NOT NULL;

-- What a run did to rows of the target: `key` names the row afterwards, `former` what the map said before. `before` holds the texts of the values that an update set, or of
-- all columns of a row that was deleted because its source row was; `after` is a digest of what was written. `kept` says why a rollback has left a row as it is.
CREATE TABLE godwit.import_change (
    run_id text NOT NULL,
    batch  bigint NOT NULL,
    entity text,
    key    text NOT NULL,
    action text NOT NULL CHECK (action IN ('insert', 'update', 'delete')),
    former text,
    before text[],
    after  uuid,
    kept   text
) PARTITION BY LIST (run_id);

-- Rows that were skipped because they refer to a row that no import had brought yet. As soon as one does, they are taken up again.
CREATE TABLE godwit.awaited_identity (
    migration   text NOT NULL,
    missing_key text NOT NULL,
    run_id      text NOT NULL REFERENCES godwit.run ON DELETE CASCADE,
    source_key  text NOT NULL,
    PRIMARY KEY (migration, missing_key, run_id, source_key)
);
CREATE INDEX awaited_identity_by_run ON godwit.awaited_identity (run_id);

CREATE FUNCTION godwit.create_import_change(run text, run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE godwit.%I (LIKE godwit.import_change INCLUDING ALL, CHECK (run_id = %L))', 'import_change_' || run_serial, run);
    EXECUTE format('CREATE INDEX ON godwit.%I (batch)', 'import_change_' || run_serial);
    EXECUTE format('CREATE INDEX ON godwit.%I (entity)', 'import_change_' || run_serial);
    EXECUTE format('CREATE INDEX ON godwit.%I (key)', 'import_change_' || run_serial);
    EXECUTE format('ALTER TABLE godwit.import_change ATTACH PARTITION godwit.%I FOR VALUES IN (%L)', 'import_change_' || run_serial, run);
END
$$;

CREATE OR REPLACE FUNCTION godwit.create_journal(run text, run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM godwit.create_images(run, run_serial);
    PERFORM godwit.create_settled(run, run_serial);
    PERFORM godwit.create_image(run, run_serial);
    PERFORM godwit.create_derived(run, run_serial);
    PERFORM godwit.create_import_change(run, run_serial);
END
$$;

CREATE OR REPLACE FUNCTION godwit.drop_journal(run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM godwit.drop_images(run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'settled_' || run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'image_' || run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'derived_' || run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'import_change_' || run_serial);
END
$$;
