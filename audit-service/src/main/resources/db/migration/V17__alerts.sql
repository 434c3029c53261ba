-- What is wrong, from when to when. At most one of a kind is open for each subject, a run or a migration.
CREATE TABLE alert (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text        NOT NULL,
    subject    text        NOT NULL,
    summary    text        NOT NULL,
    raised_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    cleared_at timestamptz
);
CREATE UNIQUE INDEX alert_open ON alert (kind, subject) WHERE cleared_at IS NULL;

-- What the webhook is told, in the words that it gets. A notice is sent, or given up after so many tries; what became of it stays for a week.
CREATE TABLE notice (
    id         uuid PRIMARY KEY,
    body       text        NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts   integer     NOT NULL DEFAULT 0,
    next_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz,
    last_error text
);
CREATE INDEX notice_due ON notice (next_at) WHERE ended_at IS NULL;

-- Transitions by time: the newest of them are told, and lists show them.
CREATE INDEX run_event_transition_by_time ON run_event (occurred_at) WHERE transition;
