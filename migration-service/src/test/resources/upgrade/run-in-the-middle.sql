-- A rekey that has done two of its four entities, as the oldest state that is upgraded from would have written it.
CREATE TABLE public.doc (id text PRIMARY KEY, wanted text NOT NULL);
INSERT INTO public.doc VALUES ('o1', 'n1'), ('o2', 'n2'), ('o3', 'n3'), ('o4', 'n4');
INSERT INTO godwit.run (id, migration, operation, mode, state, phase, definition, definition_file, definition_hash, barrier_xid, tables, generation)
VALUES ('middle', 'docs', 'rekey', 'commit', 'backfilling', 'backfill', E'migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}\n',
        'docs.yaml', '', pg_snapshot_xmax(pg_current_snapshot()), '{public.doc}', 1);
SELECT godwit.create_journal('middle', serial) FROM godwit.run;
INSERT INTO godwit.relation (run_id, relation, name) VALUES ('middle', 0, 'public.doc');
INSERT INTO godwit.chunk (run_id, number, kind, generation, relation, relation_oid, relfilenode, from_block, to_block, cursor)
VALUES ('middle', 1, 'backfill', 1, 'public.doc', 'public.doc'::regclass, pg_relation_filenode('public.doc'), 0, 1, 0);
INSERT INTO godwit.batch (run_id, number, stream, lane, xid) VALUES ('middle', nextval('godwit.batch_number'), 'chunk-1', 'backfill', pg_current_xact_id());
UPDATE public.doc SET id = wanted WHERE id IN ('o1', 'o2');
INSERT INTO godwit.identity (run_id, relation, old_key, new_key, batch)
SELECT 'middle', 0, 'o' || n, 'n' || n, b.number FROM generate_series(1, 2) AS n, godwit.batch AS b;
INSERT INTO godwit.stream (run_id, stream, sequence, hash, migrated) VALUES ('middle', 'chunk-1', 1, repeat('0', 64), 2);
