-- A following run can be asked to verify and to follow on. What it watches follows from its tables.
ALTER TABLE godwit.run ADD COLUMN verify_asked boolean NOT NULL DEFAULT false;
ALTER TABLE godwit.run DROP COLUMN watched;

-- What was committed when being caught up was last proved; rows that were written since are the tail's, though a scan may meet them first.
ALTER TABLE godwit.run ADD COLUMN caught_up pg_snapshot;
ALTER TABLE godwit.chunk ADD COLUMN in_flight bigint NOT NULL DEFAULT 0;
