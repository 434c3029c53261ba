-- Traces from commands to outcomes, as W3C Trace Context writes them (traceparent); null where nobody traces.

-- A command's own, by which what it asked for is told.
ALTER TABLE godwit.command ADD COLUMN traceparent text;

-- That of the command which a run obeyed last: a run lives across instances, restarts and hours, and what it does then belongs to whoever asked for it.
ALTER TABLE godwit.run ADD COLUMN traceparent text;

-- That of its command, for the runs that it will start.
ALTER TABLE godwit.series ADD COLUMN traceparent text;

-- The connector makes a header of it.
ALTER TABLE godwit.outbox ADD COLUMN traceparent text;
