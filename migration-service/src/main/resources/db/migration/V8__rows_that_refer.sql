-- A table may hold entities and refer to entities too. A key that waits says what it names: an entity by its key, or, where `refers`, a row by its primary key. Where both are
-- of one table and look the same, both wait.
ALTER TABLE godwit.pending_key ADD COLUMN refers boolean NOT NULL DEFAULT false;
ALTER TABLE godwit.pending_key DROP CONSTRAINT pending_key_run_id_relation_key_command_id_key;
ALTER TABLE godwit.pending_key ADD UNIQUE NULLS NOT DISTINCT (run_id, relation, key, command_id, refers);
