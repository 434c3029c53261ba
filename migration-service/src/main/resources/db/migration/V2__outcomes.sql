-- One outcome per entity and run, arrays that keep their shape, and a rollback that asks only about what it reads.

-- Entities told as unchanged, by the key they had; `told` is false once another outcome has replaced that one. Together with quarantine (held) and identity (migrated)
-- this says what an entity has been told as. Keys that the tail
-- finds wrong are entered too, so that a backfill that read the old row cannot tell it afterwards.
CREATE TABLE godwit.settled (
    run_id text NOT NULL,
    key    text NOT NULL,
    told   boolean NOT NULL,
    PRIMARY KEY (run_id, key)
) PARTITION BY LIST (run_id);

CREATE FUNCTION godwit.create_settled(run text, run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE godwit.%I (LIKE godwit.settled INCLUDING ALL, CHECK (run_id = %L))', 'settled_' || run_serial, run);
    EXECUTE format('ALTER TABLE godwit.settled ATTACH PARTITION godwit.%I FOR VALUES IN (%L)', 'settled_' || run_serial, run);
END
$$;

ALTER FUNCTION godwit.create_journal(text, bigint) RENAME TO create_images;
ALTER FUNCTION godwit.drop_journal(bigint) RENAME TO drop_images;

CREATE FUNCTION godwit.create_journal(run text, run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM godwit.create_images(run, run_serial);
    PERFORM godwit.create_settled(run, run_serial);
END
$$;

CREATE FUNCTION godwit.drop_journal(run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM godwit.drop_images(run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'settled_' || run_serial);
END
$$;

SELECT godwit.create_settled(id, serial)
  FROM godwit.run
 WHERE to_regclass('godwit.identity_' || serial) IS NOT NULL;

-- The elements, which are those of `model` in the same order, as an array with the bounds and dimensions of `model`.
CREATE FUNCTION godwit.in_shape_of(elements anyarray, model anyarray) RETURNS anyarray LANGUAGE plpgsql STABLE AS $$
DECLARE
    literal text := '';
    opened  integer;
    closed  integer;
    size    integer;
BEGIN
    IF elements IS NULL OR array_ndims(model) IS NULL OR (array_ndims(model) = 1 AND array_lower(model, 1) = 1) THEN
        RETURN coalesce(elements, model);
    END IF;
    FOR n IN 1 .. cardinality(elements) LOOP
        opened := 0;
        closed := 0;
        size := 1;
        FOR dimension IN REVERSE array_ndims(model) .. 1 LOOP
            size := size * array_length(model, dimension);
            opened := opened + ((n - 1) % size = 0)::integer;
            closed := closed + (n % size = 0)::integer;
        END LOOP;
        literal := literal || CASE WHEN n > 1 THEN ',' ELSE '' END || repeat('{', opened)
                || substr(elements[n:n]::text, 2, length(elements[n:n]::text) - 2) || repeat('}', closed);
    END LOOP;
    elements := array_dims(model) || '=' || literal;
    RETURN elements;
END
$$;

-- A rollback asks of each row whether one of the run's transactions wrote it last: by the 32 bits that a row shows.
CREATE INDEX batch_by_xmin ON godwit.batch (run_id, ((xid::text::bigint & 4294967295)));

-- Moves that stand: where a key of a table led, by which batch. Batches are numbered through all runs, so that chains of moves over several runs can be followed.
CREATE VIEW godwit.move AS
SELECT r.name AS relation, i.old_key, i.new_key, i.run_id, i.batch
  FROM godwit.identity AS i
  JOIN godwit.relation AS r ON r.run_id = i.run_id AND r.relation = i.relation
  JOIN godwit.batch AS b ON b.run_id = i.run_id AND b.number = i.batch AND NOT b.undone
 WHERE i.old_key <> i.new_key;
