-- What the change events come from, as somebody last saw it: a row of one. A server of another history, or a slot that was made anew, has
-- not told of everything that was written, and is a gap.
CREATE TABLE godwit.source (
    one               boolean PRIMARY KEY DEFAULT true CHECK (one),
    system_identifier bigint NOT NULL,
    timeline          integer NOT NULL,
    slot              boolean NOT NULL,
    confirmed_lsn     pg_lsn,
    transactions      bigint NOT NULL,
    seen_at           timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);
