-- What is missing, from when to when, and was asked for again. stream is empty where the life of the run itself is meant (last is its version), and * where it is
-- not known which streams are missing (last is how many there are). forgotten: whoever was asked has no more of it, or not all.
CREATE TABLE trail_gap (
    run       text        NOT NULL,
    stream    text        NOT NULL,
    first     bigint      NOT NULL,
    last      bigint      NOT NULL,
    found_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    asked     integer     NOT NULL DEFAULT 0,
    asked_at  timestamptz,
    forgotten boolean     NOT NULL DEFAULT false,
    filled_at timestamptz,
    PRIMARY KEY (run, stream, first)
);
CREATE INDEX trail_gap_open ON trail_gap (run) WHERE filled_at IS NULL;
