-- What other migrations require of this one is met, whatever its kind, also when the run that did it is forgotten.
DROP TRIGGER keep_applied ON godwit.run;
CREATE TRIGGER keep_applied
    BEFORE DELETE ON godwit.run
    FOR EACH ROW
    WHEN (OLD.mode = 'commit' AND OLD.state = 'completed' AND OLD.entity_limit IS NULL AND NOT OLD.only_keys)
    EXECUTE FUNCTION godwit.keep_applied();

-- Runs that ended long ago are looked for again and again.
CREATE INDEX run_by_end ON godwit.run (ended_at) WHERE ended_at IS NOT NULL;
