-- Outcomes move to partitions, one for each month, in rows that cost little to write. Their leaves move to their event, out of reach of whoever changes a row.
ALTER TABLE trail_event DISABLE TRIGGER append_only;
ALTER TABLE trail_event ADD COLUMN leaves bytea;
ALTER TABLE trail_event ALTER COLUMN leaves SET STORAGE EXTERNAL;
UPDATE trail_event e
   SET leaves = coalesce((SELECT string_agg(o.leaf, ''::bytea ORDER BY o.position) FROM trail_outcome o WHERE o.event = e.id), ''::bytea);
ALTER TABLE trail_event ALTER COLUMN leaves SET NOT NULL;
ALTER TABLE trail_event ENABLE TRIGGER append_only;

ALTER TABLE trail_outcome RENAME TO trail_outcome_before;

-- One row per outcome. Its place is its event and its position there; occurred_at is the event's. An entity's key and salt are empty once they were redacted.
-- There is no foreign key to the event: integrity asks for it, and for more, and the way in stays cheap.
CREATE TABLE trail_outcome (
    event       bigint      NOT NULL,
    position    smallint    NOT NULL,
    occurred_at timestamptz NOT NULL,
    run         text        NOT NULL,
    table_name  text        NOT NULL,
    key         text        NOT NULL,
    new_key     text,
    outcome     text        NOT NULL,
    reason      text,
    detail      text,
    salt        text,
    PRIMARY KEY (event, position, occurred_at)
) PARTITION BY RANGE (occurred_at);
-- Hash indexes: keys may be longer than a B-tree entry can be, and are only ever looked up by equality.
CREATE INDEX trail_outcome_of_key ON trail_outcome USING hash (key);
CREATE INDEX trail_outcome_of_new_key ON trail_outcome USING hash (new_key);
-- What people look for one by one. Whatever went as it should is found through its event.
CREATE INDEX trail_outcome_of_note ON trail_outcome (run, outcome, event, position) WHERE outcome NOT IN ('migrated', 'unchanged');

-- Every partition refuses what the whole refuses: triggers for rows are inherited, those for TRUNCATE are not.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON trail_outcome
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON trail_outcome
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Makes the partition of a month, unless it is there. It is filled with nothing, indexed and guarded before it is attached, so that nobody waits for it.
CREATE FUNCTION make_trail_partition(month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', month)::date;
    name  text := 'trail_outcome_' || to_char(first, 'FMYYYY_MM');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('make_trail_partition'));
    IF to_regclass(quote_ident(name)) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE trail_outcome INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
    EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM PUBLIC, %I', name, current_user);
    EXECUTE format('ALTER TABLE trail_outcome ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   name, first::timestamp AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
END $$;

SELECT make_trail_partition(month) FROM (SELECT DISTINCT date_trunc('month', occurred_at AT TIME ZONE 'UTC')::date AS month FROM trail_event) AS known;
INSERT INTO trail_outcome (event, position, occurred_at, run, table_name, key, new_key, outcome, reason, detail, salt)
SELECT o.event, o.position, e.occurred_at, o.run, o.table_name, o.key, o.new_key, o.outcome, o.reason, o.detail, o.salt
  FROM trail_outcome_before o
  JOIN trail_event e ON e.id = o.event;
DROP TABLE trail_outcome_before;

-- The owner itself may only add: the triggers are the second guard.
REVOKE UPDATE, DELETE, TRUNCATE ON trail_event, trail_outcome FROM PUBLIC, CURRENT_USER;
