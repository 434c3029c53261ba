-- An alert that is over.
INSERT INTO alert (kind, subject, summary, raised_at, cleared_at)
VALUES ('run-stalled', 'middle', 'nothing moves', '2026-11-21T10:00:01Z', '2026-11-21T10:00:02Z');
