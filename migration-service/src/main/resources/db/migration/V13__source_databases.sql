-- Databases that imports read are heard like the application's own, each by a slot of its own. What is known of them is kept here.

-- One row per database; the application's has no name.
ALTER TABLE godwit.source DROP COLUMN one;
ALTER TABLE godwit.source ADD COLUMN database text NOT NULL DEFAULT '' PRIMARY KEY;

-- Heartbeats that were written elsewhere. One may be seen before it is noted that it was written.
CREATE TABLE godwit.source_heartbeat (
    database text NOT NULL,
    number   bigint NOT NULL,
    seen     boolean NOT NULL,
    PRIMARY KEY (database, number)
);
