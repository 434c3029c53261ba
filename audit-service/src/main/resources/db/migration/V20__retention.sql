-- Months of outcomes that were let go because they were old enough, signed. Their events stay, with all leaves, so that the chains prove as before.
-- What came in later than let_go_at is not meant.
CREATE TABLE trail_let_go (
    since      timestamptz NOT NULL,
    until      timestamptz NOT NULL,
    let_go_at  timestamptz NOT NULL,
    events     bigint      NOT NULL,
    outcomes   bigint      NOT NULL,
    public_key bytea       NOT NULL,
    signature  bytea       NOT NULL,
    PRIMARY KEY (since, let_go_at)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trail_let_go
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON trail_let_go FROM PUBLIC, CURRENT_USER;

-- Whether an event's outcomes were let go.
CREATE FUNCTION is_let_go(occurred timestamptz, received timestamptz) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (SELECT FROM trail_let_go l WHERE l.since <= occurred AND occurred < l.until AND received <= l.let_go_at);
