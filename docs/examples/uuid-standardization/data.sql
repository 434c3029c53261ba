-- Fills the tables of schema.sql from the staged documents of staging.sql.

INSERT INTO users (id, email, created_at)
SELECT id, 'user' || n || '@example.org', timestamptz '2023-01-01 00:00:00+00' + n * interval '1 hour'
  FROM staged_user
 ORDER BY n;

INSERT INTO documents (id, user_id, file_sha256, title, pipeline_status, created_at, updated_at)
SELECT id, user_id, file_sha256, 'Document ' || n, CASE WHEN failed THEN 'failed' ELSE 'done' END, created_at, updated_at
  FROM staged_document
 ORDER BY n;

INSERT INTO document_chunks (id, document_id, chunk_no, text, embedding)
SELECT c.id, d.id, c.chunk_no,
       'Part ' || c.chunk_no || ' of document ' || c.n || '. ' || repeat('All work and no play. ', 1 + c.n % 5),
       ARRAY[sin(c.n), cos(c.n), sin(c.chunk_no), cos(c.chunk_no)]::real[]
  FROM staged_chunk AS c
  JOIN staged_document AS d USING (n)
 ORDER BY c.n, c.chunk_no;

INSERT INTO annotations (chunk_id, author_id, note, created_at)
SELECT c.id, d.user_id, 'Note on part ' || c.chunk_no || ' of ' || c.n, d.created_at + interval '1 day'
  FROM staged_chunk AS c
  JOIN staged_document AS d USING (n)
 WHERE (c.n + c.chunk_no) % 10 = 0
 ORDER BY c.n, c.chunk_no;

-- A search without a hit has no document.
INSERT INTO search_log (query, document_id, searched_at)
SELECT 'query ' || s,
       CASE WHEN s % 9 > 0
            THEN (SELECT id FROM staged_document AS d WHERE d.n = 1 + pg_temp.number_of(seed || ':search:' || s) % rows_wanted)
       END,
       timestamptz '2025-01-01 00:00:00+00' + s * interval '1 second'
  FROM current_setting('demo.seed') AS seed,
       CAST(current_setting('demo.rows') AS integer) AS rows_wanted,
       generate_series(1, rows_wanted) AS s;

INSERT INTO workspaces (owner_id, name, pinned_documents)
SELECT u.id, 'Workspace ' || u.n,
       ARRAY(SELECT d.id
               FROM generate_series(1, u.n % 12) AS pin
               JOIN staged_document AS d
                 ON d.n = 1 + pg_temp.number_of(current_setting('demo.seed') || ':pin:' || u.n || ':' || pin) % current_setting('demo.rows')::integer
              ORDER BY pin)
  FROM staged_user AS u
 ORDER BY u.n;

-- Every seventh user has never opened a document.
INSERT INTO settings (user_id, payload)
SELECT u.id,
       CASE WHEN u.n % 7 = 0
            THEN jsonb_build_object('theme', 'dark')
            ELSE jsonb_build_object('theme', 'light', 'zoom', 1.50, 'last_document',
                     (SELECT id FROM staged_document AS d
                       WHERE d.n = 1 + pg_temp.number_of(current_setting('demo.seed') || ':last:' || u.n) % current_setting('demo.rows')::integer))
       END
  FROM staged_user AS u
 ORDER BY u.n;

INSERT INTO activity (resource_path, happened_at)
SELECT CASE a % 4
            WHEN 0 THEN '/folders/' || a || '/list'
            WHEN 1 THEN '/api/documents/' || d.id || '/download'
            ELSE '/documents/' || d.id || '/view'
       END,
       timestamptz '2025-02-01 00:00:00+00' + a * interval '1 second'
  FROM generate_series(1, current_setting('demo.rows')::integer / 2) AS a
  JOIN staged_document AS d
    ON d.n = 1 + pg_temp.number_of(current_setting('demo.seed') || ':activity:' || a) % current_setting('demo.rows')::integer
 ORDER BY a;

-- Comments are polymorphic: on documents, and on users.
INSERT INTO comments (target_type, target_id, body)
SELECT CASE WHEN c % 5 = 0 THEN 'user' ELSE 'document' END,
       CASE WHEN c % 5 = 0 THEN d.user_id ELSE d.id END,
       'Comment ' || c
  FROM generate_series(1, current_setting('demo.rows')::integer / 4) AS c
  JOIN staged_document AS d
    ON d.n = 1 + pg_temp.number_of(current_setting('demo.seed') || ':comment:' || c) % current_setting('demo.rows')::integer
 ORDER BY c;

INSERT INTO document_previews (document_id, page, image_path)
SELECT d.id, 1, 'previews/' || d.n || '-1.png'
  FROM staged_document AS d
 WHERE d.n % 4 = 1
 ORDER BY d.n;

-- The orphans: their documents were deleted before anybody thought of a foreign key.
INSERT INTO document_previews (document_id, page, image_path)
SELECT pg_temp.random_uuid(current_setting('demo.seed') || ':deleted:' || o), 1, 'previews/deleted-' || o || '-1.png'
  FROM generate_series(1, 5 + current_setting('demo.rows')::integer / 2000) AS o;

DROP TABLE staged_chunk, staged_document, staged_user;
ANALYZE users, documents, document_chunks, annotations, search_log, workspaces, settings, activity, comments, document_previews;
