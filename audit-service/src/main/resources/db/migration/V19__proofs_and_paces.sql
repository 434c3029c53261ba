-- How far each chain was computed again, and found to hold, since it was signed.
ALTER TABLE trail_stream ADD COLUMN proved bigint NOT NULL DEFAULT 0;
CREATE INDEX trail_stream_unproved ON trail_stream (run, stream) WHERE proved < checkpointed;

-- What the service computed again by itself: when it last did and how long that took, and all that it has come to.
CREATE TABLE proof (
    single   boolean PRIMARY KEY DEFAULT true CHECK (single),
    ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    millis   bigint      NOT NULL,
    events   bigint      NOT NULL,
    outcomes bigint      NOT NULL,
    findings integer     NOT NULL
);

-- The first place of each chain that did not hold then; the chain is not proved any further.
CREATE TABLE proof_finding (
    run      text        NOT NULL,
    stream   text        NOT NULL,
    sequence bigint      NOT NULL,
    position integer,
    kind     text        NOT NULL,
    found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run, stream)
);

-- Who asked for another pace of a run, and why. What was said once stays said.
CREATE TABLE run_pace (
    event_id     uuid PRIMARY KEY,
    run          text        NOT NULL,
    from_pace    text        NOT NULL,
    from_hours   text,
    to_pace      text        NOT NULL,
    to_hours     text,
    requested_by text,
    reason       text,
    command_id   text,
    occurred_at  timestamptz NOT NULL
);
CREATE INDEX run_pace_by_run ON run_pace (run, occurred_at);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON run_pace
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
