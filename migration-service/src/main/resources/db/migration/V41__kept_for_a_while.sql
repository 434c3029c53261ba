-- What is of use for a while only has a time, by which it goes.
ALTER TABLE godwit.source_heartbeat ADD COLUMN noted_at timestamptz NOT NULL DEFAULT clock_timestamp();
ALTER TABLE godwit.probe ADD COLUMN written_at timestamptz NOT NULL DEFAULT clock_timestamp();

-- Requests for entities come by the million; the commands of operators are few, and kept.
CREATE INDEX command_of_entities_by_time ON godwit.command (received_at) WHERE type = 'dev.godwit.entities.migrate';
CREATE INDEX heartbeat_by_time ON godwit.heartbeat (sent_at);
CREATE INDEX pending_key_by_command ON godwit.pending_key (command_id) WHERE command_id IS NOT NULL;
