-- What was signed was computed again; somebody wanted another pace.
INSERT INTO proof (ended_at, millis, events, outcomes, findings) VALUES ('2026-11-21T10:06:00Z', 3, 1, 2, 0);
UPDATE trail_stream SET proved = 1;
INSERT INTO run_pace (event_id, run, from_pace, to_pace, to_hours, requested_by, reason, command_id, occurred_at)
VALUES ('0190b1a2-0000-7000-8000-000000000005', 'middle', 'normal', 'gentle', '22:00-06:00 UTC', 'bea', 'the shop is open', 'c-4', '2026-11-21T10:00:02Z');
