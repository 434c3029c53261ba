-- The migrations that a series was asked for may follow the application, as a run of one may; what they need runs to its end.
ALTER TABLE godwit.series ADD COLUMN follow boolean NOT NULL DEFAULT false;
