-- Replication origins belong to the server, the advisory locks that share them out among sessions to one database: a session of another database may have taken the
-- same one. That is noticed when it is set (55006), and the next is tried.

-- Whether this session has the origin now. The block is a subtransaction, but nothing is written in it, so what follows carries the transaction's own id.
CREATE FUNCTION godwit.try_origin(number integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_replication_origin_session_setup('godwit_' || number);
    RETURN true;
EXCEPTION
    WHEN object_in_use OR configuration_limit_exceeded OR undefined_object THEN
        RETURN false;
END
$$;

-- Marks what the session writes from here on as ours, so that pgoutput (origin=none) keeps it from the tail. A session stays with its origin as long as it can; the
-- lock that says so dies with the session. Every database tries them in an order of its own, so that two databases seldom meet. False: none can be had (see doctor),
-- own writes come back through the tail and are no-ops.
CREATE OR REPLACE FUNCTION godwit.hide_writes() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    mine integer := nullif(current_setting('godwit.origin', true), '')::integer;
    candidate integer;
BEGIN
    IF NOT (has_function_privilege('pg_replication_origin_session_setup(text)', 'EXECUTE')
            AND has_function_privilege('pg_replication_origin_session_is_setup()', 'EXECUTE')) THEN
        RETURN false;
    END IF;
    IF pg_replication_origin_session_is_setup() THEN
        RETURN true;
    END IF;
    IF mine IS NOT NULL AND godwit.try_origin(mine) THEN
        RETURN true;
    END IF;
    FOR candidate IN SELECT substr(roname, 8)::integer
                       FROM pg_replication_origin
                      WHERE roname ~ '^godwit_[0-9]{1,9}$'
                      ORDER BY md5(roname || current_database())
    LOOP
        CONTINUE WHEN candidate = mine OR NOT pg_try_advisory_lock(24746, candidate);
        IF godwit.try_origin(candidate) THEN
            IF mine IS NOT NULL THEN
                PERFORM pg_advisory_unlock(24746, mine);
            END IF;
            PERFORM set_config('godwit.origin', candidate::text, false);
            RETURN true;
        END IF;
        PERFORM pg_advisory_unlock(24746, candidate);
    END LOOP;
    RETURN false;
END
$$;

-- Where the schedule of a run with a cap stands: its next batch may begin at free_at, whoever does it. held_until tells when a worker last had to wait.
CREATE TABLE godwit.pace (
    run_id     text PRIMARY KEY REFERENCES godwit.run ON DELETE CASCADE,
    free_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    held_until timestamptz
) WITH (fillfactor = 50);

-- Every row of the outbox older than `at` was committed, or never will be, before `lsn`: once the connector has confirmed that, they have arrived.
CREATE TABLE godwit.outbox_mark (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     timestamptz NOT NULL,
    lsn    pg_lsn NOT NULL
);
