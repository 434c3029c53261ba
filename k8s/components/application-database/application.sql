-- What the application's database needs, said by a superuser in it, after cluster.sql.
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
