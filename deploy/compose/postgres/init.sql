-- The roles and databases of the stack, once. Nobody has a password: the server trusts its network, for trials. Rights: k8s/components/application-database.
CREATE ROLE app LOGIN CREATEROLE;
CREATE ROLE audit LOGIN;
CREATE DATABASE app OWNER app;
CREATE DATABASE audit OWNER audit;
CREATE ROLE godwit LOGIN;
CREATE ROLE godwit_capture LOGIN REPLICATION;
GRANT app TO godwit;
GRANT pg_monitor TO godwit;
GRANT SET ON PARAMETER session_replication_role TO godwit;
SELECT pg_replication_origin_create('godwit_' || number) FROM generate_series(1, 64) AS number;
\connect app
GRANT CREATE, CONNECT ON DATABASE app TO godwit;
GRANT EXECUTE ON FUNCTION pg_replication_origin_session_setup(text) TO godwit;
GRANT EXECUTE ON FUNCTION pg_replication_origin_session_reset() TO godwit;
GRANT EXECUTE ON FUNCTION pg_replication_origin_session_is_setup() TO godwit;
GRANT EXECUTE ON FUNCTION pg_replication_origin_session_progress(boolean) TO godwit;
GRANT EXECUTE ON FUNCTION pg_replication_origin_progress(text, boolean) TO godwit;
GRANT EXECUTE ON FUNCTION pg_replication_origin_oid(text) TO godwit;
GRANT EXECUTE ON FUNCTION pg_show_replication_origin_status() TO godwit;
GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO godwit;
REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, text, boolean) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, bytea, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, text, boolean) TO godwit, godwit_capture;
GRANT EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, bytea, boolean) TO godwit, godwit_capture;
