-- A run that has told of three of its entities, and a command that was refused.
INSERT INTO run (id, migration, operation, mode, state, previous_state, requested_by, command_id, definition_hash, created_at, updated_at, version, counts, run_references, progress)
VALUES ('middle', 'documents-uuid5', 'rekey', 'commit', 'backfilling', 'planning', 'anna', 'c-1', 'sha256:abababababababababababababababababababababababababababababababab', '2026-11-21T10:00:00Z', '2026-11-21T10:00:01Z', 1,
        '{"migrated":2,"unchanged":0,"skipped":0,"conflict":1,"failed":0,"reverted":0,"diverged":0}', '{"translated":0}',
        '{"phase":"backfill","chunksTotal":10,"chunksDone":1,"entitiesEstimated":100,"entitiesDone":3,"ratePerSecond":4200.5,"etaSeconds":3.5,"tailLagMillis":null}');
INSERT INTO run_event (event_id, run, version, transition, state, previous_state, requested_by, occurred_at)
VALUES ('0190b1a2-0000-7000-8000-000000000001', 'middle', 1, true, 'backfilling', 'planning', 'anna', '2026-11-21T10:00:01Z');
INSERT INTO rejection (event_id, command_id, type, migration, run, code, message, requested_by, occurred_at)
VALUES ('0190b1a2-0000-7000-8000-000000000002', 'c-2', 'dev.godwit.run.pause', NULL, 'nobody', 'unknown_run', 'there is no run ''nobody''', 'bea', '2026-11-21T10:00:03Z');
INSERT INTO trail_stream (run, stream, lane, events, outcomes, last_sequence, last_hash)
VALUES ('middle', 'chunk-1', 'backfill', 2, 3, 2, '\x0f217062588cfb2f6bf11b3ba032a3ba1a1926306142b5744477f4cb4918a8f0');
INSERT INTO tally (run, table_name, entity, outcome, reason, count)
VALUES ('middle', 'public.documents', true, 'migrated', '', 2), ('middle', 'public.documents', true, 'conflict', 'duplicate', 1);
