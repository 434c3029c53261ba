-- How far each chain was computed again, and found to hold, since it was signed.
ALTER TABLE trail_stream ADD COLUMN proved bigint NOT NULL DEFAULT 0;
CREATE INDEX trail_stream_unproved ON trail_stream (run, stream) WHERE proved < checkpointed;

-- What the service computed again by itself: when it last did and how long that took, and all that it has come to.
CREATE TABLE proof (
    only     boolean PRIMARY KEY DEFAULT true CHECK (only),
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
