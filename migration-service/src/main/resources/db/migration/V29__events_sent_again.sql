-- Events that were committed after resend_from and may have been lost on their way to Kafka; null when none are known to be. Since the slot came back, resend_until stands.
ALTER TABLE godwit.source
    ADD COLUMN resend_from  timestamptz,
    ADD COLUMN resend_until timestamptz;

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
        RETURN false;
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
           resend_until = CASE WHEN upto IS NOT NULL THEN span.resend_until END
     WHERE database = '';
    RETURN upto IS NOT NULL;
END
$$;
