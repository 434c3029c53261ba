-- Groups from which a value was taken out on request: who asked, when and why, never what it was.
CREATE TABLE group_redaction (
    run          text        NOT NULL,
    digest       uuid        NOT NULL,
    column_name  text        NOT NULL,
    requested_by text        NOT NULL,
    reason       text        NOT NULL,
    redacted_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run, digest, column_name)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON group_redaction
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON group_redaction FROM PUBLIC, CURRENT_USER;
