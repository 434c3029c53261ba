-- Events that were committed after resend_from and may have been lost on their way to Kafka; null when none are known to be. Since the slot came back, resend_until stands.
-- Those since resent_from have been sent again, and arrive with resent_lsn, which is the highest of all while it is not known: the next slot may lose them too.
ALTER TABLE godwit.source
    ADD COLUMN resend_from  timestamptz,
    ADD COLUMN resend_until timestamptz,
    ADD COLUMN resent_from  timestamptz,
    ADD COLUMN resent_lsn   pg_lsn;

-- Topics of events as they were seen last: its id changes when one is deleted and made again, and partition by partition it tells {"0":[begin,end]}.
CREATE TABLE godwit.event_topic (
    name    text PRIMARY KEY,
    id      text NOT NULL,
    offsets jsonb NOT NULL
);

-- Sends the next so many events again, oldest first, each with its id, so that whoever has it already knows; true when there may be more. An insert is all that the connector
-- hears of, and only once it has a slot.
CREATE FUNCTION godwit.send_again(most integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    span godwit.source;
    upto timestamptz;
BEGIN
    SELECT * INTO span FROM godwit.source WHERE database = '' AND resend_from IS NOT NULL AND slot FOR UPDATE;
    IF NOT FOUND THEN
        -- What was sent again has been committed: this is another transaction.
        UPDATE godwit.source
           SET resent_lsn = pg_current_wal_insert_lsn()
         WHERE database = ''
           AND resend_from IS NULL
           AND resent_lsn = 'FFFFFFFF/FFFFFFFF';
        RETURN false;
    END IF;
    IF span.resend_until IS NULL THEN
        span.resent_from := least(span.resend_from, CASE WHEN span.resent_lsn > span.confirmed_lsn THEN span.resent_from END);
    END IF;
    span.resend_until := coalesce(span.resend_until, clock_timestamp());
    SELECT time INTO upto
      FROM godwit.outbox
     WHERE time >= span.resend_from
       AND time <= span.resend_until
     ORDER BY time
    OFFSET most - 1
     LIMIT 1;
    WITH gone AS (
        DELETE FROM godwit.outbox
         WHERE time >= span.resend_from
           AND time <= coalesce(upto, span.resend_until)
        RETURNING *)
    INSERT INTO godwit.outbox
    SELECT * FROM gone ORDER BY time;
    UPDATE godwit.source
       SET resend_from = upto + interval '1 microsecond',
           resend_until = CASE WHEN upto IS NOT NULL THEN span.resend_until END,
           resent_from = span.resent_from,
           resent_lsn = 'FFFFFFFF/FFFFFFFF'
     WHERE database = '';
    RETURN upto IS NOT NULL;
END
$$;
