-- A round of measures.
INSERT INTO health_latest (migration, event_id, turn, instance, definition_hash, state, every_seconds, occurred_at)
VALUES ('documents-uuid5', '0190b1a2-0000-7000-8000-000000000004', 7, 'migration-service', NULL, 'ok', 30, '2026-11-21T10:00:00Z');
INSERT INTO health_measure (event_id, name, migration, turn, built_in, unit, value, state, worse, warn, critical, rows_read, rows_of, occurred_at)
VALUES ('0190b1a2-0000-7000-8000-000000000004', 'wrong-keys', 'documents-uuid5', 7, true, 'ratio', 0.25, 'ok', 'higher', 0.3, 0.5, 10000, 123456, '2026-11-21T10:00:00Z');
