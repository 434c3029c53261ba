-- Schema migrations: SQL that runs once.

-- The journal of such a run, written down before the first statement is sent. What runs in a transaction goes from `pending` to `done` in the same one. What runs in
-- none is `begun` first, so that whoever comes after a dead worker knows where to look; `tidying` takes away what an unfinished one has left.
CREATE TABLE godwit.statement (
    run_id     text NOT NULL REFERENCES godwit.run ON DELETE CASCADE,
    direction  text NOT NULL CHECK (direction IN ('up', 'down')),
    number     integer NOT NULL,
    label      text NOT NULL,
    state      text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'begun', 'tidying', 'done')),
    attempts   integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL DEFAULT '-infinity',
    batch      bigint,
    outcome    text,
    done_at    timestamptz,
    PRIMARY KEY (run_id, direction, number)
);

-- What is recorded as applied without a run here: it was done elsewhere, or its run is forgotten.
CREATE TABLE godwit.stamp (
    migration       text PRIMARY KEY,
    definition_hash text NOT NULL,
    requested_by    text,
    reason          text,
    command_id      text,
    stamped_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A schema migration runs once: forgetting its run takes its journal away, not the knowledge that it is applied.
CREATE FUNCTION godwit.keep_applied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO godwit.stamp (migration, definition_hash, requested_by, reason, command_id, stamped_at)
    VALUES (OLD.migration, OLD.definition_hash, OLD.requested_by, 'run ' || OLD.id || ' is forgotten', OLD.command_id, OLD.created_at)
    ON CONFLICT (migration) DO NOTHING;
    RETURN OLD;
END
$$;

CREATE TRIGGER keep_applied
    BEFORE DELETE ON godwit.run
    FOR EACH ROW
    WHEN (OLD.operation = 'schema' AND OLD.mode = 'commit' AND OLD.state = 'completed')
    EXECUTE FUNCTION godwit.keep_applied();

-- What is known of each migration: a whole run that completed and was not rolled back decides, whatever came after it, else the newest run that was not a plan; unless a
-- later stamp says that it is applied. A run that was cancelled says nothing against a stamp.
CREATE VIEW godwit.recorded AS
SELECT coalesce(r.migration, s.migration) AS migration,
       CASE WHEN r.migration IS NULL THEN 'completed'
            WHEN s.migration IS NULL THEN r.state
            WHEN s.stamped_at > r.created_at OR r.state = 'cancelled' THEN 'completed'
            ELSE r.state
       END AS state,
       r.migration IS NOT NULL AND coalesce(s.stamped_at <= r.created_at, true) AND r.partial AS partial
  FROM (SELECT DISTINCT ON (migration) migration, state, created_at, entity_limit IS NOT NULL OR only_keys AS partial
          FROM godwit.run
         WHERE mode = 'commit'
         ORDER BY migration, (state = 'completed' AND entity_limit IS NULL AND NOT only_keys) DESC, serial DESC) AS r
  FULL JOIN godwit.stamp AS s ON s.migration = r.migration;
