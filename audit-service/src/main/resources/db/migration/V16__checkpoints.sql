-- How far each chain is covered by a signed checkpoint.
ALTER TABLE trail_stream ADD COLUMN checkpointed bigint NOT NULL DEFAULT 0;

-- No foreign key between them: its check locks a row, and nobody has the right to that. Checkpoints form a chain of their own. Each names the chains that have grown since the one before, and is signed.
CREATE TABLE checkpoint (
    number        bigint PRIMARY KEY CHECK (number > 0),
    made_at       timestamptz NOT NULL,
    previous_hash bytea       NOT NULL,
    hash          bytea       NOT NULL,
    public_key    bytea       NOT NULL,
    signature     bytea       NOT NULL
);
CREATE TABLE checkpoint_chain (
    checkpoint bigint NOT NULL,
    run        text   NOT NULL,
    stream     text   NOT NULL,
    sequence   bigint NOT NULL,
    hash       bytea  NOT NULL,
    PRIMARY KEY (run, stream, checkpoint)
);
CREATE INDEX checkpoint_chain_by_checkpoint ON checkpoint_chain (checkpoint);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint_chain
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON checkpoint, checkpoint_chain FROM PUBLIC, CURRENT_USER;

-- Outcomes whose key was taken out on request: who asked, when and why, never what it was.
CREATE TABLE redaction (
    event        bigint      NOT NULL,
    position     smallint    NOT NULL,
    requested_by text        NOT NULL,
    reason       text        NOT NULL,
    redacted_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (event, position)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON redaction
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON redaction FROM PUBLIC, CURRENT_USER;

-- The one change that an outcome may see: its keys and its salt go, and it is said who wanted it so. Its leaf stays with its event.
CREATE FUNCTION redact_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.salt IS NULL AND NEW.key = '' AND NEW.new_key IS NULL AND NEW.detail IS NULL
       AND (NEW.event, NEW.position, NEW.occurred_at, NEW.run, NEW.table_name, NEW.outcome)
         = (OLD.event, OLD.position, OLD.occurred_at, OLD.run, OLD.table_name, OLD.outcome)
       AND NEW.reason IS NOT DISTINCT FROM OLD.reason
       AND EXISTS (SELECT FROM redaction r WHERE r.event = OLD.event AND r.position = OLD.position) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER append_only ON trail_outcome;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON trail_outcome
    FOR EACH ROW EXECUTE FUNCTION redact_only();
GRANT UPDATE (key, new_key, detail, salt) ON trail_outcome TO CURRENT_USER;
DROP FUNCTION net(text);
