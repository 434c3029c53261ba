-- 240 users on their way through the old flow, and 12 whom an earlier script took to the new one; with SET demo.rows = N, so many and one in twenty more.

INSERT INTO onboarding_states (id, user_id, current_step, step_data, answers, resume_url, note, updated_at)
SELECT md5('state ' || n)::uuid,
       md5('user ' || n)::uuid,
       step,
       jsonb_build_object(
           'version', 11,
           'steps', (SELECT coalesce(jsonb_object_agg(s::text, jsonb_build_object('seen', n + s, CASE WHEN s % 2 = 0 THEN 'even' ELSE 'odd' END, true)), '{}')
                       FROM generate_series(1, step) AS s),
           'visited', (SELECT coalesce(jsonb_agg(s ORDER BY s), '[]') FROM generate_series(1, step) AS s)),
       -- As the application wrote it: blanks, order and the repeated key are its own.
       format('{"current": %s,  "skipped": [%s], "current": %s}', step, concat_ws(', ', CASE WHEN step > 3 THEN 4 END, CASE WHEN step > 6 THEN 7 END), step)::json,
       CASE WHEN n % 3 > 0 THEN '/onboarding/step/' || step || '?from=mail' END,
       CASE WHEN n % 40 = 0 THEN 'called us' END,
       timestamptz '2025-03-01 00:00:00+00' + n * interval '1 hour'
  FROM generate_series(1, coalesce(nullif(current_setting('demo.rows', true), '')::integer, 240)) AS n, LATERAL (SELECT n % 12 AS step) AS s;

-- The script put the whole document into the new one, under a key of its own, and did not finish.
INSERT INTO onboarding_states (id, user_id, current_step, step_data, updated_at)
SELECT md5('state ' || n)::uuid,
       md5('user ' || n)::uuid,
       9,
       jsonb_build_object(
           'version', 9,
           '_migration_metadata', jsonb_build_object(
               'by', 'script',
               'original_step', 11,
               'original', jsonb_build_object('version', 11, 'steps', jsonb_build_object('11', jsonb_build_object('seen', n)), 'visited', '[11]'::jsonb))),
       timestamptz '2025-03-11 00:00:00+00'
  FROM coalesce(nullif(current_setting('demo.rows', true), '')::integer, 240) AS rows, generate_series(rows + 1, rows + rows / 20) AS n;
