-- The trail: what happened, in rows that nobody changes. Everything that can be derived from it again lives in the tables below it.

-- One row per outcome event, in the order in which they arrived. hash and previous_hash are what the event claims.
CREATE TABLE trail_event (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id      uuid        NOT NULL UNIQUE,
    run           text        NOT NULL,
    migration     text        NOT NULL,
    mode          text        NOT NULL,
    lane          text        NOT NULL,
    stream        text        NOT NULL,
    sequence      bigint      NOT NULL CHECK (sequence > 0),
    previous_hash bytea       NOT NULL,
    hash          bytea       NOT NULL,
    batch         bigint,
    command_id    text,
    table_name    text        NOT NULL,
    outcomes      integer     NOT NULL,
    occurred_at   timestamptz NOT NULL,
    received_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (run, stream, sequence)
);
CREATE INDEX trail_event_by_run ON trail_event (run, id);

-- One row per outcome. leaf is what the chain covers, so that a salt can be forgotten and the chain still proves.
CREATE TABLE trail_outcome (
    event      bigint  NOT NULL REFERENCES trail_event,
    position   integer NOT NULL,
    run        text    NOT NULL,
    table_name text    NOT NULL,
    key        text    NOT NULL,
    new_key    text,
    outcome    text    NOT NULL,
    reason     text,
    detail     text,
    salt       text,
    leaf       bytea   NOT NULL,
    PRIMARY KEY (event, position)
);
CREATE INDEX trail_outcome_by_run ON trail_outcome (run, outcome, event, position);
-- Hash indexes: keys may be longer than a B-tree entry can be, and are only ever looked up by equality.
CREATE INDEX trail_outcome_by_key ON trail_outcome USING hash (key);
CREATE INDEX trail_outcome_by_new_key ON trail_outcome USING hash (new_key);

-- The form in which texts enter a hash: their length in bytes, a colon, themselves. The chain is recomputed where its rows are.
CREATE FUNCTION net(value text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN convert_to(octet_length(convert_to(value, 'UTF8')) || ':' || value, 'UTF8');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trail_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trail_outcome
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What did not fit when an event came in: kinds broken-hash, broken-link, fork, altered-copy. Recorded, shown, never in the way.
CREATE TABLE trail_finding (
    run      text        NOT NULL,
    stream   text        NOT NULL,
    sequence bigint      NOT NULL,
    kind     text        NOT NULL,
    event_id uuid        NOT NULL,
    found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run, stream, sequence, kind, event_id)
);

-- Where each stream stands: last_sequence - events is the number of events that are missing.
CREATE TABLE trail_stream (
    run           text        NOT NULL,
    stream        text        NOT NULL,
    lane          text        NOT NULL,
    events        bigint      NOT NULL,
    outcomes      bigint      NOT NULL,
    last_sequence bigint      NOT NULL,
    last_hash     bytea       NOT NULL,
    touched_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run, stream)
);

CREATE INDEX trail_stream_by_touch ON trail_stream (touched_at);

-- Outcomes counted while they come in. entity: an entity of the root table, not a row that refers to one.
CREATE TABLE tally (
    run        text    NOT NULL,
    table_name text    NOT NULL,
    entity     boolean NOT NULL,
    outcome    text    NOT NULL,
    reason     text    NOT NULL,
    count      bigint  NOT NULL,
    PRIMARY KEY (run, table_name, entity, outcome, reason)
);

-- The life of the runs. A run's row is the newest event of the run; documents are kept as the text that was sent.
CREATE TABLE run (
    id              text PRIMARY KEY,
    migration       text        NOT NULL,
    operation       text,
    mode            text        NOT NULL,
    state           text        NOT NULL,
    previous_state  text,
    reason          text,
    requested_by    text,
    command_id      text,
    definition_hash text,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    version         bigint      NOT NULL,
    counts          text        NOT NULL,
    run_references  text,
    progress        text,
    throttle_reason text,
    plan            text,
    verification    text,
    streams         text,
    as_of           text,
    touched_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX run_by_migration ON run (migration, created_at DESC);
CREATE INDEX run_by_creation ON run (created_at DESC);
CREATE INDEX run_by_touch ON run (touched_at);

CREATE TABLE run_event (
    event_id        uuid PRIMARY KEY,
    run             text        NOT NULL,
    version         bigint      NOT NULL,
    transition      boolean     NOT NULL,
    state           text        NOT NULL,
    previous_state  text,
    reason          text,
    requested_by    text,
    progress        text,
    throttle_reason text,
    occurred_at     timestamptz NOT NULL
);
CREATE INDEX run_event_by_run ON run_event (run, version);

CREATE TABLE rejection (
    event_id     uuid PRIMARY KEY,
    command_id   text,
    type         text,
    migration    text,
    run          text,
    code         text        NOT NULL,
    message      text        NOT NULL,
    requested_by text,
    occurred_at  timestamptz NOT NULL
);
CREATE INDEX rejection_by_time ON rejection (occurred_at DESC);
