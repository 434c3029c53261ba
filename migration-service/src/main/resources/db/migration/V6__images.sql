-- What a transform writes down to be undone exactly, the files that definitions bring along, and what runs have installed.

-- A row as it was before a batch changed it: the text forms of the changed columns, in the order of the definition, and a digest of what they became. A row is restored
-- only while it still has what the run gave it.
CREATE TABLE godwit.image (
    run_id text NOT NULL,
    batch  bigint NOT NULL,
    key    text NOT NULL,
    before text[] NOT NULL,
    after  uuid NOT NULL
) PARTITION BY LIST (run_id);

CREATE FUNCTION godwit.create_image(run text, run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE godwit.%I (LIKE godwit.image INCLUDING ALL, CHECK (run_id = %L))', 'image_' || run_serial, run);
    EXECUTE format('CREATE INDEX ON godwit.%I (batch)', 'image_' || run_serial);
    EXECUTE format('CREATE INDEX ON godwit.%I (key)', 'image_' || run_serial);
    EXECUTE format('ALTER TABLE godwit.image ATTACH PARTITION godwit.%I FOR VALUES IN (%L)', 'image_' || run_serial, run);
END
$$;

CREATE OR REPLACE FUNCTION godwit.create_journal(run text, run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM godwit.create_images(run, run_serial);
    PERFORM godwit.create_settled(run, run_serial);
    PERFORM godwit.create_image(run, run_serial);
END
$$;

CREATE OR REPLACE FUNCTION godwit.drop_journal(run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM godwit.drop_images(run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'settled_' || run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'image_' || run_serial);
END
$$;

-- Files beside the definition that belong to it, by name: a run keeps them as it keeps the definition.
ALTER TABLE godwit.run ADD COLUMN attachments jsonb NOT NULL DEFAULT '{}';

-- Schemas that runs have made for the functions of their definitions. Runs of one version of a definition share it; the last that ends takes it along.
CREATE TABLE godwit.installed (
    run_id text NOT NULL REFERENCES godwit.run ON DELETE CASCADE,
    schema text NOT NULL,
    digest text NOT NULL,
    PRIMARY KEY (run_id, schema)
);

-- Those that a run may still call.
CREATE VIEW godwit.needed_schema AS
SELECT i.schema, i.run_id
  FROM godwit.installed AS i
  JOIN godwit.run AS r ON r.id = i.run_id
 WHERE r.state NOT IN ('planned', 'completed', 'cancelled', 'rolled-back');

-- Takes a schema of functions away, unless something outside of it has come to depend on it, which is then named.
CREATE FUNCTION godwit.uninstall(name text) RETURNS text LANGUAGE plpgsql SET client_min_messages = warning AS $$
DECLARE
    dependent text;
BEGIN
    SELECT pg_describe_object(d.classid, d.objid, d.objsubid) INTO dependent
      FROM pg_depend AS d
      JOIN pg_proc AS p ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid
      JOIN pg_namespace AS n ON n.oid = p.pronamespace
     WHERE n.nspname = name
       AND d.deptype IN ('n', 'a')
       AND NOT EXISTS (SELECT FROM pg_proc AS own WHERE d.classid = 'pg_proc'::regclass AND own.oid = d.objid AND own.pronamespace = n.oid)
     LIMIT 1;
    IF dependent IS NOT NULL THEN
        RETURN dependent;
    END IF;
    EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', name);
    RETURN NULL;
END
$$;

-- How far a run has come with a check constraint that follows its rows, and what stood there before: `wide` allows both forms, `new` and `former` are ends,
-- `left` means that somebody else has changed it.
CREATE TABLE godwit.check_swap (
    run_id           text PRIMARY KEY REFERENCES godwit.run ON DELETE CASCADE,
    relation         text NOT NULL,
    name             text NOT NULL,
    former           text NOT NULL,
    former_condition text NOT NULL,
    former_validated boolean NOT NULL,
    stage            text NOT NULL CHECK (stage IN ('wide', 'new', 'former', 'left')),
    changed_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
