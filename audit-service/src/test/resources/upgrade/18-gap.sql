-- The second event was asked for again, and came.
INSERT INTO trail_gap (run, stream, first, last, found_at, asked, asked_at, filled_at)
VALUES ('middle', 'chunk-1', 2, 2, '2026-11-21T10:00:02Z', 1, '2026-11-21T10:00:02Z', '2026-11-21T10:00:03Z');
