-- How migrations fared, measure by measure; kept for a while, as the settings say. It proves nothing about entities, so it is no part of the trail.
CREATE TABLE health_measure (
    event_id    uuid             NOT NULL,
    name        text             NOT NULL,
    migration   text             NOT NULL,
    turn        bigint           NOT NULL,
    built_in    boolean          NOT NULL,
    unit        text             NOT NULL,
    value       double precision,
    state       text             NOT NULL,
    worse       text             NOT NULL,
    warn        double precision NOT NULL,
    critical    double precision,
    reason      text,
    detail      text,
    rows_read   bigint,
    rows_of     bigint,
    occurred_at timestamptz      NOT NULL,
    PRIMARY KEY (event_id, name)
);
CREATE INDEX health_measure_by_name ON health_measure (migration, name, occurred_at DESC);
CREATE INDEX health_measure_by_time ON health_measure (occurred_at);

-- The newest round of each migration.
CREATE TABLE health_latest (
    migration       text PRIMARY KEY,
    event_id        uuid             NOT NULL,
    turn            bigint           NOT NULL,
    instance        text,
    definition_hash text,
    state           text             NOT NULL,
    every_seconds   double precision NOT NULL,
    occurred_at     timestamptz      NOT NULL
);
