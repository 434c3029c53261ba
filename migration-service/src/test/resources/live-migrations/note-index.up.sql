ALTER TABLE note ADD COLUMN indexed boolean; -- first; alone
CREATE UNIQUE INDEX CONCURRENTLY note_body ON note (body);
INSERT INTO executed (what) VALUES ('after the index');
