-- A migration that was applied elsewhere.
INSERT INTO stamp (event_id, migration, state, definition_hash, requested_by, reason, command_id, occurred_at)
VALUES ('0190b1a2-0000-7000-8000-000000000003', 'by-hand', 'applied', 'sha256:abababababababababababababababababababababababababababababababab', 'anna', 'in March', 'c-3', '2026-11-21T10:00:00Z');
