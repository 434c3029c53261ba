-- What a run's tables looked like when it began, or when somebody who had been told of a difference resumed it; null until it has looked.
ALTER TABLE godwit.run
    ADD COLUMN shape jsonb;
