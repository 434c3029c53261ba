-- The documents as they were counted: 38 of 27 users, all with random ids, 3.52 MB, one failed pipeline, no orphans. Load it into the empty tables of schema.sql.

CREATE FUNCTION pg_temp.random_uuid(what text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT overlay(overlay(md5(what) PLACING '4' FROM 13) PLACING 'a' FROM 17)::uuid
$$;

INSERT INTO users (id, email, created_at)
SELECT pg_temp.random_uuid('user:' || n), 'user' || n || '@example.org', now() - interval '300 days'
  FROM generate_series(1, 27) AS n;

-- The five newest were made this week.
INSERT INTO documents (id, user_id, file_sha256, title, pipeline_status, created_at, updated_at)
SELECT pg_temp.random_uuid('document:' || n), pg_temp.random_uuid('user:' || 1 + (n - 1) % 27), encode(sha256(('file:' || n)::bytea), 'hex'),
       'Document ' || n, CASE WHEN n = 13 THEN 'failed' ELSE 'done' END,
       now() - CASE WHEN n > 33 THEN (39 - n) * interval '23 hours' ELSE (60 - n) * interval '5 days' END, now() - interval '1 hour'
  FROM generate_series(1, 38) AS n;

-- The text of a document is one chunk; that of the failed pipeline never came. 36 times 95,135 bytes and one more of 95,140: 3.52 MB.
INSERT INTO document_chunks (id, document_id, chunk_no, text, embedding)
SELECT pg_temp.random_uuid('chunk:' || n), pg_temp.random_uuid('document:' || n), 0, repeat('x', CASE WHEN n = 1 THEN 95140 ELSE 95135 END), '{0.5}'
  FROM generate_series(1, 38) AS n
 WHERE n <> 13;

INSERT INTO document_previews (document_id, page, image_path)
SELECT pg_temp.random_uuid('document:' || n), 1, 'previews/' || n || '-1.png'
  FROM generate_series(1, 20) AS n;

INSERT INTO search_log (query, document_id, searched_at)
SELECT 'query ' || n, CASE WHEN n % 10 > 0 THEN pg_temp.random_uuid('document:' || n) END, now()
  FROM generate_series(1, 38) AS n;

-- The pipeline notes where it put a document. Its newer stages compute the id, uuid5(user:file hash), and so note nine documents under ids that no document has yet.
INSERT INTO activity (resource_path, happened_at)
SELECT '/documents/' || coalesce(computed.id, pg_temp.random_uuid('document:' || n)) || '/indexed', now()
  FROM generate_series(1, 38) AS n
  LEFT JOIN (VALUES
    (30, uuid 'e425d3a9-0efa-540f-b614-b61ed23f0ddb'),
    (31, uuid 'f159d7d0-3d88-5457-8a0d-5ce5897a0d61'),
    (32, uuid 'd9da3368-fcdb-545f-bca2-bbe185e1aca9'),
    (33, uuid '7d267475-d94a-5a54-86fe-21c771918727'),
    (34, uuid 'ec5d4d67-770f-582d-a3d0-cc51d2f9ef1b'),
    (35, uuid 'a4043db9-fa72-5d03-af3d-dbb1bbb19112'),
    (36, uuid '354b6f07-3fff-5f4a-9f75-1286cfd63be8'),
    (37, uuid '2be0ef6a-ce9a-504a-904d-a5e87b487c23'),
    (38, uuid '5d75f358-0471-5688-8b4f-092d581a7204')
       ) AS computed(n, id) USING (n);

ANALYZE users, documents, document_chunks, document_previews, search_log, activity;
