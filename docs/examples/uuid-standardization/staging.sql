-- What the generated documents look like: a pure function of demo.seed and demo.rows, kept in temporary tables of this session.
-- PostgreSQL has no SHA-1 in its core, so the caller fills in the deterministic ids (columns "deterministic") before data.sql runs.

CREATE FUNCTION pg_temp.number_of(what text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT ('x' || substr(md5(what), 1, 8))::bit(32)::bigint
$$;

-- A version 4 UUID that anyone gets again from the same text.
CREATE FUNCTION pg_temp.random_uuid(what text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT overlay(overlay(md5(what) PLACING '4' FROM 13) PLACING 'a' FROM 17)::uuid
$$;

CREATE TEMPORARY TABLE staged_user AS
SELECT n,
       pg_temp.random_uuid(seed || ':user:' || n) AS id
  FROM current_setting('demo.seed') AS seed,
       generate_series(1, greatest(1, current_setting('demo.rows')::integer / 20)) AS n;
ALTER TABLE staged_user ADD PRIMARY KEY (n);

-- Every hundredth document repeats the content of another one, far away in the table, under the upper-case spelling of its hash.
CREATE TEMPORARY TABLE staged_document AS
WITH numbered AS (
    SELECT n,
           current_setting('demo.seed') AS seed,
           current_setting('demo.rows')::integer AS rows_wanted,
           n % 100 = 0 AS duplicate
      FROM generate_series(1, current_setting('demo.rows')::integer) AS n
), sourced AS (
    SELECT *,
           CASE WHEN duplicate
                THEN (rows_wanted / 100 - n / 100) * 100 + 1 + (n / 100) % 98
                ELSE n
           END AS source
      FROM numbered
)
SELECT n,
       pg_temp.random_uuid(seed || ':document:' || n) AS id,
       (SELECT id FROM staged_user AS u WHERE u.n = 1 + pg_temp.number_of(seed || ':owner:' || source) % greatest(1, rows_wanted / 20)) AS user_id,
       CASE WHEN duplicate
            THEN upper(encode(sha256((seed || ':file:' || source)::bytea), 'hex'))
            ELSE encode(sha256((seed || ':file:' || source)::bytea), 'hex')
       END AS file_sha256,
       pg_temp.number_of(seed || ':pipeline:' || n) % 25 = 0 AS failed,
       CASE WHEN pg_temp.number_of(seed || ':pipeline:' || n) % 25 = 0
            THEN pg_temp.number_of(seed || ':chunks:' || n) % 3
            ELSE 1 + pg_temp.number_of(seed || ':chunks:' || n) % 9
       END::integer AS chunks,
       -- Newer upload code: one row in 33, and the row that every second duplicate repeats.
       NOT duplicate AND (n % 33 = 7 OR (n % 100 = 1 + (rows_wanted / 100 - n / 100) % 98 AND (rows_wanted / 100 - n / 100) % 2 = 1)) AS deterministic,
       timestamptz '2024-01-01 00:00:00+00' + n * interval '1 minute' AS created_at,
       timestamptz '2024-01-01 00:00:00+00' + n * interval '1 minute'
           + (pg_temp.number_of(seed || ':updated:' || n) % 500000) * interval '1 minute' AS updated_at
  FROM sourced;
ALTER TABLE staged_document ADD PRIMARY KEY (n);

CREATE TEMPORARY TABLE staged_chunk AS
SELECT d.n,
       chunk_no,
       d.deterministic,
       pg_temp.random_uuid(current_setting('demo.seed') || ':chunk:' || d.n || ':' || chunk_no) AS id
  FROM staged_document AS d,
       generate_series(0, d.chunks - 1) AS chunk_no;
