-- Whose turn it is to measure: one row, which the instance that measures renews. What renews no more is taken over.
CREATE TABLE godwit.health_turn (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    turn     bigint NOT NULL DEFAULT 0,
    instance text,
    began_at timestamptz NOT NULL DEFAULT '-infinity',
    due_at   timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);
INSERT INTO godwit.health_turn DEFAULT VALUES;

-- What was measured last of each migration: the data of its newest event. Earlier measures are in the trail.
CREATE TABLE godwit.health (
    migration       text PRIMARY KEY,
    definition_hash text NOT NULL,
    measured_at     timestamptz NOT NULL,
    data            jsonb NOT NULL
) WITH (fillfactor = 50);

-- Rehearsals write under a run of this name, in transactions that are always rolled back: its journal is made once, and stays empty.
SELECT godwit.create_journal('rehearsal', 0);
