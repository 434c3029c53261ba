-- Keys of rows that a verification found in the target but not in the source of an import. Whoever deleted them may just have done so: they are looked at once more when
-- everything that was written before has been applied. What is found then was missed, and is a difference.
CREATE TABLE godwit.suspect (
    run_id text NOT NULL REFERENCES godwit.run ON DELETE CASCADE,
    key    text NOT NULL,
    -- whether it was a difference; null until it has been looked at again
    found  boolean,
    PRIMARY KEY (run_id, key)
);
