-- Entities counted by groups while events come in, for runs whose definition names columns to group by. Of an event's groups the trail itself keeps their hash, behind the leaves of the
-- event's outcomes: values are in nobody's row.

-- By which columns a run's entities are grouped.
CREATE TABLE run_summary (
    run     text PRIMARY KEY,
    columns text[] NOT NULL
);

-- place: a JSON array of texts and nulls, one per column; null for entities of which the values are not known. digest stands for it, which may be longer than an index takes.
CREATE TABLE run_group (
    run       text   NOT NULL,
    digest    uuid   NOT NULL,
    place     jsonb,
    migrated  bigint NOT NULL,
    unchanged bigint NOT NULL,
    skipped   bigint NOT NULL,
    conflict  bigint NOT NULL,
    failed    bigint NOT NULL,
    reverted  bigint NOT NULL,
    diverged  bigint NOT NULL,
    total     bigint NOT NULL GENERATED ALWAYS AS (migrated + unchanged + skipped + conflict + failed + reverted + diverged) STORED,
    PRIMARY KEY (run, digest)
) WITH (fillfactor = 70);
CREATE INDEX run_group_by_size ON run_group (run, total DESC, digest);
