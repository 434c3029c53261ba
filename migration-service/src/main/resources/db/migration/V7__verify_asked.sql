-- A following run can be asked to verify and to follow on. What it watches follows from its tables.
ALTER TABLE godwit.run ADD COLUMN verify_asked boolean NOT NULL DEFAULT false;
ALTER TABLE godwit.run DROP COLUMN watched;
