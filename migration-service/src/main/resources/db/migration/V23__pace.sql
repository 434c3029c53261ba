-- How fast a run may go, and when: changed while it runs. A run that was started before levels existed has the default one.
ALTER TABLE godwit.run ADD COLUMN pace text NOT NULL DEFAULT 'normal' CHECK (pace IN ('gentle', 'normal', 'full'));
ALTER TABLE godwit.run ADD COLUMN only_between text;

-- The same for what a series starts; null: what a run has that asks for nothing.
ALTER TABLE godwit.series ADD COLUMN pace text CHECK (pace IN ('gentle', 'normal', 'full'));

-- What the controller decided last. Whichever instance comes first decides for all; `sharers` runs share what their levels allow. A run that is `held` stands still for so
-- long that its messages are not kept in the queue.
ALTER TABLE godwit.pace ADD COLUMN share double precision NOT NULL DEFAULT 0.5;
ALTER TABLE godwit.pace ADD COLUMN slow_from double precision NOT NULL DEFAULT 1;
ALTER TABLE godwit.pace ADD COLUMN sharers integer NOT NULL DEFAULT 1;
ALTER TABLE godwit.pace ADD COLUMN stopped text;
ALTER TABLE godwit.pace ADD COLUMN stopped_since timestamptz;
ALTER TABLE godwit.pace ADD COLUMN held boolean NOT NULL DEFAULT false;
ALTER TABLE godwit.pace ADD COLUMN reason text;
ALTER TABLE godwit.pace ADD COLUMN detail text;
ALTER TABLE godwit.pace ADD COLUMN decided_at timestamptz;
ALTER TABLE godwit.pace ADD COLUMN grow_after timestamptz;
ALTER TABLE godwit.pace ADD COLUMN unknown_since timestamptz;
ALTER TABLE godwit.pace ADD COLUMN signals jsonb NOT NULL DEFAULT '[]';

-- Each instance writes and reads its own row to see how long a commit takes.
CREATE TABLE godwit.probe (
    instance text PRIMARY KEY,
    number   bigint NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
