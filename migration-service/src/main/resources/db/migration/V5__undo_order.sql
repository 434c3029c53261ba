-- The order in which batches are undone. A batch's number is drawn when it begins; two batches that write the same row may commit in the other order. This one is
-- drawn when all its locks are held, so that of two batches that met in a row the one that wrote last has the higher one.
CREATE SEQUENCE godwit.undo_order;
ALTER TABLE godwit.batch ADD COLUMN undo_order bigint NOT NULL DEFAULT nextval('godwit.undo_order');
CREATE INDEX batch_to_undo ON godwit.batch (run_id, undo_order) WHERE NOT undone;
