-- Numbers of events are given before their transactions end, and transactions end in another order: whoever listens goes by the transaction first, and only as far as none is open.
-- What is here already counts as of one transaction.
ALTER TABLE trail_event ADD COLUMN arrival xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX trail_event_by_arrival ON trail_event (run, arrival, id);
