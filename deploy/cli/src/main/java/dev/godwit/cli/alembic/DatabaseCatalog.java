package dev.godwit.cli.alembic;

import dev.godwit.cli.Failure;
import dev.godwit.cli.stack.DatabaseUrl;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a database says of itself, as far as a graph can be compared with it.
 *
 * @param versionTable the table in which Alembic keeps its versions, quoted as SQL wants it; empty when there is none
 * @param versions its rows
 * @param schemas the search path
 * @param tables by schema
 */
public record DatabaseCatalog(
        Optional<String> versionTable, Set<String> versions, List<String> schemas, Map<String, Set<String>> tables) {

    /** Where Alembic keeps its versions, unless env.py says otherwise. */
    public static final String VERSION_TABLE = "alembic_version";

    /** No transaction of ours may wait behind a lock, and none may write. */
    private static final String SETTINGS = """
            SET default_transaction_read_only = on;
            SET lock_timeout = '2s';
            SET statement_timeout = '30s'
            """;

    private static final String FIND_VERSION_TABLE = """
            SELECT format('%I.%I', n.nspname, c.relname) AS name
              FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE c.relname = ?
               AND (? = '' OR n.nspname = ?)
               AND c.relkind IN ('r', 'p')
               AND n.nspname NOT LIKE 'pg\\_%'
             ORDER BY NOT (n.nspname = ANY (current_schemas(false))), 1
            """;

    private static final String SCHEMAS = """
            SELECT unnest(current_schemas(false)) AS name
            """;

    /** Views count too: what was a table once and is a view now is not missing. */
    private static final String TABLES = """
            SELECT n.nspname AS schema, c.relname AS name
              FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
               AND n.nspname NOT LIKE 'pg\\_%'
               AND n.nspname <> 'information_schema'
            """;

    /**
     * Reads it in one read-only session.
     *
     * @param versionTable its name, {@code table} or {@code schema.table}
     */
    public static DatabaseCatalog read(DatabaseUrl url, String versionTable) {
        try (Connection connection = url.connect()) {
            try (var statement = connection.createStatement()) {
                statement.execute(SETTINGS);
            }
            Optional<String> found = findVersionTable(connection, TableName.parse(versionTable));
            Set<String> versions = found.isEmpty()
                    ? Set.of()
                    : new TreeSet<>(names(connection, "SELECT version_num AS name FROM " + found.get()));
            return new DatabaseCatalog(found, versions, names(connection, SCHEMAS), tables(connection));
        } catch (SQLException e) {
            throw Failure.failed("cannot read " + url + ": " + e.getMessage(), e);
        }
    }

    private static Optional<String> findVersionTable(Connection connection, TableName table) throws SQLException {
        List<String> found = names(connection, FIND_VERSION_TABLE, table.name(), table.schema(), table.schema());
        if (found.size() > 1) {
            throw Failure.usage("several tables are named " + table + ": " + String.join(", ", found)
                    + "; say which one: --version-table SCHEMA." + table.name());
        }
        return found.stream().findFirst();
    }

    private static List<String> names(Connection connection, String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            List<String> names = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString("name"));
                }
            }
            return names;
        }
    }

    private static Map<String, Set<String>> tables(Connection connection) throws SQLException {
        Map<String, Set<String>> tables = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(TABLES);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                tables.computeIfAbsent(rows.getString("schema"), schema -> new HashSet<>())
                        .add(rows.getString("name"));
            }
        }
        return tables;
    }

    /** True when the table is there; one without schema must be on the search path. */
    public boolean has(TableName table) {
        List<String> places = table.schema().isEmpty() ? schemas : List.of(table.schema());
        return places.stream()
                .anyMatch(schema -> tables.getOrDefault(schema, Set.of()).contains(table.name()));
    }

    /** Schemas that have a table of this name. */
    List<String> schemasWith(String name) {
        return tables.entrySet().stream()
                .filter(entry -> entry.getValue().contains(name))
                .map(Map.Entry::getKey)
                .toList();
    }
}
