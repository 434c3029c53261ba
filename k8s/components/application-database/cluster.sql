-- What a server needs once, said by a superuser in any database. CloudNativePG runs it when it makes the server; for a server of your own,
-- psql --file does. Passwords are set elsewhere.
CREATE ROLE godwit LOGIN;
CREATE ROLE godwit_capture LOGIN REPLICATION;
GRANT app TO godwit;
GRANT pg_monitor TO godwit;
GRANT SET ON PARAMETER session_replication_role TO godwit;
SELECT pg_replication_origin_create('godwit_' || number) FROM generate_series(1, 64) AS number;
