package dev.godwit.cli.stack;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** Databases, roles and privileges of the embedded server; every step can be repeated. */
final class DatabaseRoles {
    /** One session holds one origin, so there are as many as the server keeps. */
    static final int ORIGINS = 64;

    private static final String PREPARE_CLUSTER = """
            GRANT app TO godwit;
            GRANT pg_monitor TO godwit;
            GRANT SET ON PARAMETER session_replication_role TO godwit;
            """;
    private static final String CREATE_ORIGINS = """
            SELECT pg_replication_origin_create(name)
              FROM (SELECT 'godwit_' || i AS name FROM generate_series(1, ?) AS i) AS wanted
             WHERE NOT EXISTS (SELECT 1 FROM pg_replication_origin WHERE roname = wanted.name)
            """;
    /** Functions are granted per database. Anybody's logical message would reach every reader of the WAL, so that right is taken from the public. */
    private static final String PREPARE_APPLICATION = """
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
            """;

    private final Settings settings;

    DatabaseRoles(Settings settings) {
        this.settings = settings;
    }

    /** Prepares the embedded server: only {@code audit} when the application's database is elsewhere. */
    void prepare() throws SQLException {
        try (Connection connection = settings.superuser().connect()) {
            role(connection, "audit", "LOGIN");
            database(connection, "audit", "audit");
            if (settings.databaseUrl() == null) {
                role(connection, "app", "LOGIN CREATEROLE");
                role(connection, "godwit", "LOGIN");
                role(connection, "godwit_capture", "LOGIN REPLICATION");
                database(connection, "app", "app");
                execute(connection, PREPARE_CLUSTER);
                createOrigins(connection);
            }
        }
        if (settings.databaseUrl() == null) {
            try (Connection connection = settings.superuser().in("app").connect()) {
                execute(connection, PREPARE_APPLICATION);
            }
        }
    }

    /** Databases of the embedded server that imports read; they belong to the application, and so to Godwit's role, which is a member of it. */
    void prepareSources() throws SQLException {
        try (Connection connection = settings.superuser().connect()) {
            for (Map.Entry<String, String> source : settings.sources().entrySet()) {
                if (source.getValue().isEmpty()) {
                    database(connection, source.getKey(), "app");
                }
            }
        }
    }

    /** Creates the replication origins on a server that is not ours; needs a privilege that the given role may lack. */
    static void createOrigins(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CREATE_ORIGINS)) {
            statement.setInt(1, ORIGINS);
            statement.execute();
        }
    }

    private void role(Connection connection, String name, String attributes) throws SQLException {
        String verb = exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = ?", name) ? "ALTER" : "CREATE";
        // Roles and passwords are ours: lower-case words and base64url, nothing that needs quoting.
        execute(
                connection,
                verb + " ROLE " + name + " " + attributes + " PASSWORD '"
                        + settings.passwords().get(name) + "'");
    }

    private static void database(Connection connection, String name, String owner) throws SQLException {
        if (!exists(connection, "SELECT 1 FROM pg_database WHERE datname = ?", name)) {
            execute(connection, "CREATE DATABASE " + name + " OWNER " + owner);
        }
    }

    private static boolean exists(Connection connection, String query, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            try (ResultSet result = statement.executeQuery()) {
                return result.next();
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Settings of a foreign server that keep Godwit from working, as lines for the user. */
    static List<String> obstacles(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SHOW wal_level")) {
            result.next();
            String level = result.getString(1);
            return level.equals("logical")
                    ? List.of()
                    : List.of("the server has wal_level = " + level
                            + "; Godwit needs: ALTER SYSTEM SET wal_level = 'logical'"
                            + " and a restart of the server");
        }
    }
}
