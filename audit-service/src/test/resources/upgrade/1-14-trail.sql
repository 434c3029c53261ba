-- Its outcomes, as versions 1 to 14 wrote them: each with its leaf.
INSERT INTO trail_event (event_id, run, migration, mode, lane, stream, sequence, previous_hash, hash, batch, table_name, outcomes, occurred_at)
VALUES ('0190b1a2-0000-7000-8000-000000000011', 'middle', 'documents-uuid5', 'commit', 'backfill', 'chunk-1', 1, '', '\x51a8f574a23cbed96f2f87c27dc8181db677e34d60f15e1d90c57798a7e67df2', 1, 'public.documents', 2, '2026-11-21T10:00:01Z'),
       ('0190b1a2-0000-7000-8000-000000000012', 'middle', 'documents-uuid5', 'commit', 'backfill', 'chunk-1', 2, '\x51a8f574a23cbed96f2f87c27dc8181db677e34d60f15e1d90c57798a7e67df2', '\x0f217062588cfb2f6bf11b3ba032a3ba1a1926306142b5744477f4cb4918a8f0', 2, 'public.documents', 1, '2026-11-21T10:00:02Z');
INSERT INTO trail_outcome (event, position, run, table_name, key, new_key, outcome, reason, detail, salt, leaf)
SELECT e.id, o.position, e.run, e.table_name, o.key, o.new_key, o.outcome, o.reason, o.detail, 'saltsaltsaltsaltsalt22', o.leaf
  FROM (VALUES (1, 1, 'a', 'A', 'migrated', NULL, NULL, '\x6ec8b0305e3e14d45d5520c798ac016276a830c72f66eec9e595c6794cae53d2'::bytea),
               (1, 2, 'b', NULL, 'conflict', 'duplicate', 'why', '\x813a2be81270666fdb6a49461adc47f873c41c07cdd20c1756ff456f8f25d809'),
               (2, 1, 'c', 'C', 'migrated', NULL, NULL, '\xd916012f4ed604d938f8e4d31e7db1a5723921f227850202beaecc9ee1293a5c'))
    AS o (sequence, position, key, new_key, outcome, reason, detail, leaf)
  JOIN trail_event AS e USING (sequence);
