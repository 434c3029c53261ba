package dev.godwit.cli.demo.branches;

import dev.godwit.cli.demo.Sql;
import dev.godwit.cli.stack.DatabaseUrl;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Tables that the branches make, in schema {@code public}. */
final class BranchTables {

    /** Of the branch that the application needs. */
    static final Set<String> CORE = new TreeSet<>(
            List.of("accounts", "users", "projects", "documents", "document_versions", "tags", "document_tags"));

    static final List<String> ALL = Stream.concat(
                    CORE.stream(),
                    Stream.of(
                            "settings",
                            "roles",
                            "permissions",
                            "role_assignments",
                            "sessions",
                            "policies",
                            "api_keys",
                            "audit_events",
                            "audit_retention",
                            "devices",
                            "change_sets",
                            "sync_conflicts",
                            "sync_cursors",
                            "plans",
                            "subscriptions",
                            "invoices",
                            "workflows",
                            "workflow_runs"))
            .toList();

    private static final String THERE = """
            SELECT name
              FROM unnest(?::text[]) AS name
             WHERE to_regclass('public.' || name) IS NOT NULL
            """;

    private static final String GIVE = """
            SELECT format('ALTER TABLE public.%I OWNER TO %I', relname, ?)
              FROM pg_class
             WHERE relnamespace = 'public'::regnamespace
               AND relname = ANY (?)
               AND relowner = current_user::regrole
               AND current_user <> ?
            """;

    private BranchTables() {}

    /**
     * Gives those that exist to the application, as an administrator would where Godwit has a role of its own: whoever makes a table owns it.
     *
     * @param maker as Godwit's role
     */
    static void give(DatabaseUrl maker, String application) throws SQLException {
        try (Connection connection = maker.connect()) {
            Sql sql = new Sql(connection);
            Array tables = connection.createArrayOf("name", ALL.toArray());
            for (String statement : sql.texts(GIVE, application, tables, application)) {
                sql.script(statement);
            }
        }
    }

    /** Those of them that exist. */
    static Set<String> there(Connection connection) throws SQLException {
        return new TreeSet<>(new Sql(connection).texts(THERE, connection.createArrayOf("text", ALL.toArray())));
    }
}
