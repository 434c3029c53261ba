-- Users of every kind, by names that say what they are, and a crowd of ordinary ones: 200, or with SET demo.rows = N so many.

INSERT INTO users (id, email, is_superuser)
SELECT md5('user ' || name)::uuid, name || '@example.org', name LIKE 'super%'
  FROM unnest(ARRAY['super-with-projects', 'super-without', 'with-starter', 'granted-by-hand', 'flows-only', 'without-resources']) AS name;

INSERT INTO users (id, email)
SELECT md5('user ' || n)::uuid, 'user' || n || '@example.org'
  FROM generate_series(1, coalesce(nullif(current_setting('demo.rows', true), '')::integer, 200)) AS n;

-- Everybody but three has a starter project; every third has one more.
INSERT INTO projects (id, name, owner_id, is_starter)
SELECT md5('starter ' || email)::uuid, 'Starter Project', id, true
  FROM users
 WHERE email !~ '^(super-without|flows-only|without-resources)@';

INSERT INTO projects (id, name, owner_id)
SELECT md5('project ' || n)::uuid, 'Project ' || n, md5('user ' || n)::uuid
  FROM generate_series(3, coalesce(nullif(current_setting('demo.rows', true), '')::integer, 200), 3) AS n;

-- A project that belongs to nobody.
INSERT INTO projects (id, name) VALUES (md5('orphan')::uuid, 'Left behind');

INSERT INTO flows (id, name, project_id, user_id)
SELECT md5('flow ' || n || '.' || f)::uuid, 'Flow ' || f, md5('starter user' || n || '@example.org')::uuid, md5('user ' || n)::uuid
  FROM generate_series(1, coalesce(nullif(current_setting('demo.rows', true), '')::integer, 200)) AS n, generate_series(1, n % 4) AS f;

INSERT INTO flows (id, name, user_id)
SELECT md5('flow ' || email)::uuid, 'Flow of ' || email, id
  FROM users
 WHERE email ~ '^(super-with-projects|flows-only)@';
