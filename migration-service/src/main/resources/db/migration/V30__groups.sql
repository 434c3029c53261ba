-- Counts by groups, for definitions that name columns to group by.

-- Where an entity that was told is counted, by the key under which the run meets it again: a JSON array of the texts that stood in those columns before the batch that told it, or
-- null where nobody knows them.
CREATE TABLE godwit.grouped (
    run_id text NOT NULL,
    key    text NOT NULL,
    place  text,
    PRIMARY KEY (run_id, key)
) PARTITION BY LIST (run_id);

CREATE FUNCTION godwit.create_grouped(run text, run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE godwit.%I (LIKE godwit.grouped INCLUDING ALL, CHECK (run_id = %L))', 'grouped_' || run_serial, run);
    EXECUTE format('ALTER TABLE godwit.grouped ATTACH PARTITION godwit.%I FOR VALUES IN (%L)', 'grouped_' || run_serial, run);
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
END
$$;

CREATE OR REPLACE FUNCTION godwit.drop_journal(run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM godwit.drop_images(run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'settled_' || run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'image_' || run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'derived_' || run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'import_change_' || run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'grouped_' || run_serial);
END
$$;

SELECT godwit.create_grouped(id, serial)
  FROM godwit.run
 WHERE to_regclass('godwit.identity_' || serial) IS NOT NULL;

-- What a plan foresees per group and stream; the stream's row is locked by the batch that adds. `digest` stands for `place`, which may be longer than an index takes.
CREATE TABLE godwit.group_count (
    run_id    text NOT NULL,
    stream    text NOT NULL,
    digest    uuid NOT NULL,
    place     text,
    migrated  bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    skipped   bigint NOT NULL DEFAULT 0,
    conflict  bigint NOT NULL DEFAULT 0,
    failed    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, stream, digest),
    FOREIGN KEY (run_id, stream) REFERENCES godwit.stream ON DELETE CASCADE
);
