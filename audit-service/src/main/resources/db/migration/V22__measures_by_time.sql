-- Only what is too old is looked for by time alone. A whole index by time is taken for the newest of a measure too, and reads those of all others to find it.
DROP INDEX health_measure_by_time;
CREATE INDEX health_measure_by_time ON health_measure USING brin (occurred_at);
