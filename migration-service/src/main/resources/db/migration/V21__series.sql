-- Runs of several migrations that one command asked for. What has become of each is told by its run; here stands only what no run knows.
CREATE TABLE godwit.series (
    id           text PRIMARY KEY,
    serial       bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    mode         text NOT NULL CHECK (mode IN ('plan', 'commit')),
    state        text NOT NULL CHECK (state IN ('running', 'completed', 'failed', 'cancelled')),
    migrations   text[] NOT NULL,
    requested_by text,
    reason       text,
    command_id   text NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at     timestamptz
);
CREATE INDEX series_by_state ON godwit.series (state);

-- `needs` are other members that come before this one. `code` says that its run was refused, `message` why, or what it waits for.
CREATE TABLE godwit.series_member (
    series_id  text NOT NULL REFERENCES godwit.series ON DELETE CASCADE,
    position   integer NOT NULL,
    migration  text NOT NULL,
    needs      text[] NOT NULL,
    run_id     text,
    code       text,
    message    text,
    not_before timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (series_id, position),
    UNIQUE (series_id, migration)
);
