-- The whole state of Godwit. Nothing is ever left in the user's schema; everything here commits together with the data change it describes.

-- One execution of a migration. `serial` numbers the run's fence: batches take it shared, every change of `state` takes it exclusively.
CREATE TABLE godwit.run (
    id                  text PRIMARY KEY,
    serial              bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    migration           text NOT NULL,
    operation           text NOT NULL,
    mode                text NOT NULL CHECK (mode IN ('plan', 'commit')),
    state               text NOT NULL,
    phase               text NOT NULL DEFAULT 'prepare',
    previous_state      text,
    resume_state        text,
    reason              text,
    definition          text NOT NULL,
    definition_file     text NOT NULL,
    definition_hash     text NOT NULL,
    catalog_fingerprint text,
    requested_by        text,
    command_id          text,
    entity_limit        bigint CHECK (entity_limit > 0),
    only_keys           boolean NOT NULL DEFAULT false,
    follow              boolean NOT NULL DEFAULT false,
    max_rate            integer CHECK (max_rate > 0),
    complete_asked      boolean NOT NULL DEFAULT false,
    rescan              boolean NOT NULL DEFAULT false,
    watched             jsonb NOT NULL DEFAULT '[]',
    tables              text[] NOT NULL DEFAULT '{}',
    duplicates          boolean NOT NULL DEFAULT false,
    generation          integer NOT NULL DEFAULT 0,
    rounds              integer NOT NULL DEFAULT 0,
    entities_estimated  bigint NOT NULL DEFAULT 0,
    first_heartbeat     bigint NOT NULL DEFAULT 0,
    barrier_xid         xid8,
    proof               jsonb,
    started_lsn         pg_lsn,
    as_of               pg_lsn,
    plan                jsonb,
    verification        jsonb,
    version             bigint NOT NULL DEFAULT 0,
    created_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at            timestamptz
);
CREATE INDEX run_by_state ON godwit.run (state);
CREATE INDEX run_by_migration ON godwit.run (migration, serial DESC);

-- A command's id makes it idempotent: a second one with the same id answers what the first one did.
CREATE TABLE godwit.command (
    id          text PRIMARY KEY,
    type        text NOT NULL,
    run_id      text,
    code        text,
    message     text,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Unit of distribution. The row lock on a chunk is its lease: it dies with its holder.
CREATE TABLE godwit.chunk (
    run_id      text NOT NULL REFERENCES godwit.run ON DELETE CASCADE,
    number      integer NOT NULL,
    kind        text NOT NULL,
    generation  integer NOT NULL DEFAULT 0,
    relation    text NOT NULL,
    relation_oid oid NOT NULL,
    relfilenode oid NOT NULL DEFAULT 0,
    from_block  bigint NOT NULL,
    to_block    bigint NOT NULL,
    cursor      bigint NOT NULL,
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')),
    epoch       integer NOT NULL DEFAULT 0,
    remaining   bigint,
    touched_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run_id, number)
) WITH (fillfactor = 50);

-- A chain of outcome events: its number and hash so far, and the counters of the batches that belong to it.
CREATE TABLE godwit.stream (
    run_id     text NOT NULL REFERENCES godwit.run ON DELETE CASCADE,
    stream     text NOT NULL,
    sequence   bigint NOT NULL DEFAULT 0,
    hash       text NOT NULL DEFAULT '',
    migrated   bigint NOT NULL DEFAULT 0,
    unchanged  bigint NOT NULL DEFAULT 0,
    skipped    bigint NOT NULL DEFAULT 0,
    conflict   bigint NOT NULL DEFAULT 0,
    failed     bigint NOT NULL DEFAULT 0,
    reverted   bigint NOT NULL DEFAULT 0,
    diverged   bigint NOT NULL DEFAULT 0,
    translated bigint NOT NULL DEFAULT 0,
    touched    jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (run_id, stream)
) WITH (fillfactor = 50);

-- What was committed together. `xid` proves cheaply that a row is still what this batch wrote.
CREATE SEQUENCE godwit.batch_number;
CREATE TABLE godwit.batch (
    run_id       text NOT NULL REFERENCES godwit.run ON DELETE CASCADE,
    number       bigint NOT NULL,
    stream       text NOT NULL,
    lane         text NOT NULL,
    xid          xid8 NOT NULL,
    undone       boolean NOT NULL DEFAULT false,
    committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run_id, number)
);

-- Old key to new key, of the root (relation 0) and of children whose keys derive from it. For rekey this is the journal too.
CREATE TABLE godwit.identity (
    run_id   text NOT NULL,
    relation smallint NOT NULL,
    old_key  text NOT NULL,
    new_key  text NOT NULL,
    batch    bigint NOT NULL,
    merged   boolean NOT NULL DEFAULT false
) PARTITION BY LIST (run_id);

-- What the inverse of the identity map cannot restore: rows deleted by a merge, children moved by it, values rewritten by it.
CREATE TABLE godwit.journal (
    run_id   text NOT NULL,
    batch    bigint NOT NULL,
    position integer NOT NULL,
    action   text NOT NULL CHECK (action IN ('delete', 'move', 'rewrite')),
    relation text NOT NULL,
    columns  text[] NOT NULL,
    before   text[] NOT NULL,
    after    text[],
    key      text[] NOT NULL
) PARTITION BY LIST (run_id);

-- The names behind identity.relation.
CREATE TABLE godwit.relation (
    run_id   text NOT NULL REFERENCES godwit.run ON DELETE CASCADE,
    relation smallint NOT NULL,
    name     text NOT NULL,
    PRIMARY KEY (run_id, relation)
);

-- Keys that wait for the run: parked tail events, rows that our own writes moved, rows that need a smaller batch.
CREATE TABLE godwit.pending_key (
    run_id     text NOT NULL REFERENCES godwit.run ON DELETE CASCADE,
    relation   text NOT NULL,
    key        text NOT NULL,
    cause      text NOT NULL,
    command_id text,
    attempts   integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL DEFAULT '-infinity',
    UNIQUE NULLS NOT DISTINCT (run_id, relation, key, command_id)
);

-- Entities that were left as they are, with the reason: skipped, in conflict, or quarantined after a failure.
CREATE TABLE godwit.quarantine (
    run_id  text NOT NULL REFERENCES godwit.run ON DELETE CASCADE,
    key     text NOT NULL,
    outcome text NOT NULL,
    reason  text NOT NULL,
    detail  text,
    PRIMARY KEY (run_id, key)
);

-- Entities that share one computed new key, as grouped over the whole table when the run began.
CREATE TABLE godwit.duplicate (
    run_id   text NOT NULL REFERENCES godwit.run ON DELETE CASCADE,
    member   text NOT NULL,
    group_no bigint NOT NULL,
    PRIMARY KEY (run_id, member)
);
CREATE INDEX duplicate_by_group ON godwit.duplicate (run_id, group_no);

-- How far the change events have been applied, per partition; contiguous, so that lost topics, offsets or slots show as a gap.
CREATE TABLE godwit.tail (
    partition   integer PRIMARY KEY,
    topic_id    text NOT NULL,
    next_offset bigint NOT NULL,
    lag_millis  double precision,
    updated_at  timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);

-- Numbered heartbeats travel the same way as the application's changes; one that never arrives proves a loss.
CREATE TABLE godwit.heartbeat (
    number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lsn     pg_lsn NOT NULL DEFAULT pg_current_wal_insert_lsn()
);
CREATE TABLE godwit.heartbeat_seen (
    number bigint PRIMARY KEY
);

-- Events leave through here and nowhere else.
CREATE TABLE godwit.outbox (
    id          uuid PRIMARY KEY,
    topic       text NOT NULL,
    key         bytea NOT NULL,
    type        text NOT NULL,
    source      text NOT NULL,
    subject     text,
    time        timestamptz NOT NULL DEFAULT clock_timestamp(),
    specversion text NOT NULL DEFAULT '1.0',
    contenttype text NOT NULL DEFAULT 'application/json',
    payload     bytea NOT NULL
);
CREATE INDEX outbox_by_time ON godwit.outbox (time);

-- Journal and identity get a partition per run, so that forgetting a run is a DROP. ATTACH, not PARTITION OF: it does not stop other runs.
CREATE FUNCTION godwit.create_journal(run text, run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE godwit.%I (LIKE godwit.identity INCLUDING ALL, CHECK (run_id = %L))', 'identity_' || run_serial, run);
    EXECUTE format('ALTER TABLE godwit.%I ADD PRIMARY KEY (relation, old_key, batch)', 'identity_' || run_serial);
    EXECUTE format('CREATE INDEX ON godwit.%I (batch)', 'identity_' || run_serial);
    EXECUTE format('CREATE INDEX ON godwit.%I (relation, new_key)', 'identity_' || run_serial);
    EXECUTE format('ALTER TABLE godwit.identity ATTACH PARTITION godwit.%I FOR VALUES IN (%L)', 'identity_' || run_serial, run);
    EXECUTE format('CREATE TABLE godwit.%I (LIKE godwit.journal INCLUDING ALL, CHECK (run_id = %L))', 'journal_' || run_serial, run);
    EXECUTE format('CREATE INDEX ON godwit.%I (batch)', 'journal_' || run_serial);
    EXECUTE format('ALTER TABLE godwit.journal ATTACH PARTITION godwit.%I FOR VALUES IN (%L)', 'journal_' || run_serial, run);
END
$$;

CREATE FUNCTION godwit.drop_journal(run_serial bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'identity_' || run_serial);
    EXECUTE format('DROP TABLE IF EXISTS godwit.%I', 'journal_' || run_serial);
END
$$;

-- Marks what the session writes from here on as ours, so that pgoutput (origin=none) keeps it from the tail. One origin serves one
-- session: a session-level advisory lock reserves the name, and dies with the session. False: no origin can be had (see doctor).
CREATE FUNCTION godwit.hide_writes() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    number integer := nullif(current_setting('godwit.origin', true), '')::integer;
BEGIN
    IF pg_replication_origin_session_is_setup() THEN
        RETURN true;
    END IF;
    IF number IS NULL THEN
        SELECT substr(roname, 8)::integer INTO number
          FROM pg_replication_origin
         WHERE roname ~ '^godwit_[0-9]+$'
           AND pg_try_advisory_lock(24746, substr(roname, 8)::integer)
         LIMIT 1;
        IF number IS NULL THEN
            RETURN false;
        END IF;
        PERFORM set_config('godwit.origin', number::text, false);
    END IF;
    PERFORM pg_replication_origin_session_setup('godwit_' || number);
    RETURN true;
END
$$;

-- Shows what the session writes from here on: the outbox row must reach Debezium. An origin still set at COMMIT would hide it all.
CREATE FUNCTION godwit.show_writes() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET CONSTRAINTS ALL IMMEDIATE;
    IF pg_replication_origin_session_is_setup() THEN
        PERFORM pg_replication_origin_session_reset();
    END IF;
END
$$;
