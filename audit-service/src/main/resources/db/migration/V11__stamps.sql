-- Migrations that somebody recorded as applied elsewhere, and such records that were taken back. What was said once stays said.
CREATE TABLE stamp (
    event_id        uuid PRIMARY KEY,
    migration       text        NOT NULL,
    state           text        NOT NULL,
    definition_hash text,
    requested_by    text,
    reason          text,
    command_id      text,
    occurred_at     timestamptz NOT NULL
);
CREATE INDEX stamp_by_time ON stamp (occurred_at DESC);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stamp
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
