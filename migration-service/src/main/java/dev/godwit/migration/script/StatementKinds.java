package dev.godwit.migration.script;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tells statements apart by where they may run: in the transaction that Godwit makes, in none, or not at all. */
public final class StatementKinds {

    private static final String OWN_TRANSACTION = "the transaction is Godwit's to begin and to end: remove it";
    private static final String OWN_SESSION =
            "a setting would hold for some statements and not for others: write it into the definition's 'session'";
    private static final String NO_DATABASE =
            "it concerns the server, not this database, and cannot be undone with the rest";

    /** What has no place in a script, by its first words; the longest that fits decides. */
    private static final Map<List<String>, String> REFUSED = Map.ofEntries(
            Map.entry(List.of("BEGIN"), OWN_TRANSACTION),
            Map.entry(List.of("START", "TRANSACTION"), OWN_TRANSACTION),
            Map.entry(List.of("COMMIT"), OWN_TRANSACTION),
            Map.entry(List.of("END"), OWN_TRANSACTION),
            Map.entry(List.of("ROLLBACK"), OWN_TRANSACTION),
            Map.entry(List.of("ABORT"), OWN_TRANSACTION),
            Map.entry(List.of("SAVEPOINT"), OWN_TRANSACTION),
            Map.entry(List.of("RELEASE"), OWN_TRANSACTION),
            Map.entry(List.of("PREPARE", "TRANSACTION"), OWN_TRANSACTION),
            Map.entry(List.of("SET"), OWN_SESSION),
            Map.entry(List.of("RESET"), OWN_SESSION),
            Map.entry(List.of("DISCARD"), OWN_SESSION),
            Map.entry(List.of("LISTEN"), "nobody would hear it"),
            Map.entry(List.of("VACUUM"), "it changes no schema; autovacuum and operators do that"),
            Map.entry(List.of("CREATE", "DATABASE"), NO_DATABASE),
            Map.entry(List.of("DROP", "DATABASE"), NO_DATABASE),
            Map.entry(List.of("CREATE", "TABLESPACE"), NO_DATABASE),
            Map.entry(List.of("DROP", "TABLESPACE"), NO_DATABASE),
            Map.entry(List.of("ALTER", "SYSTEM"), NO_DATABASE),
            Map.entry(List.of("CREATE", "SUBSCRIPTION"), NO_DATABASE),
            Map.entry(List.of("DROP", "SUBSCRIPTION"), NO_DATABASE));

    private static final Set<String> REINDEXED = Set.of("INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM");

    private StatementKinds() {}

    /**
     * What a statement is when it may run in no transaction block; empty when it runs in one.
     *
     * @throws ScriptException when a script must not hold it
     */
    public static Optional<Concurrent> concurrent(SqlStatement statement) {
        mustBeAllowed(statement);
        Cursor cursor = new Cursor(statement);
        if (cursor.accept("CREATE")) {
            return createIndex(statement, cursor);
        }
        if (cursor.accept("DROP", "INDEX", "CONCURRENTLY")) {
            boolean ifExists = cursor.accept("IF", "EXISTS");
            return Optional.of(new Concurrent.DropIndex(name(statement, cursor, "the index"), ifExists));
        }
        if (cursor.accept("REINDEX")) {
            return reindex(statement, cursor);
        }
        mustNotDetachConcurrently(statement);
        return Optional.empty();
    }

    private static void mustBeAllowed(SqlStatement statement) {
        boolean constraints = statement.startsWith("SET", "CONSTRAINTS");
        REFUSED.entrySet().stream()
                .filter(entry ->
                        !constraints && statement.startsWith(entry.getKey().toArray(String[]::new)))
                .findFirst()
                .ifPresent(entry -> {
                    throw refused(statement, entry.getValue());
                });
        if (statement.startsWith("COPY")
                && statement.tokens().stream().anyMatch(token -> token.is("STDIN") || token.is("STDOUT"))) {
            throw refused(statement, "no data comes with a definition; write INSERT, or load the data before");
        }
    }

    private static ScriptException refused(SqlStatement statement, String why) {
        return ScriptException.inLine(
                statement.line(), "'" + statement.label() + "' has no place in a schema migration: " + why);
    }

    private static Optional<Concurrent> createIndex(SqlStatement statement, Cursor cursor) {
        boolean unique = cursor.accept("UNIQUE");
        if (!cursor.accept("INDEX", "CONCURRENTLY")) {
            return Optional.empty();
        }
        boolean ifNotExists = cursor.accept("IF", "NOT", "EXISTS");
        if (cursor.peek().is("ON")) {
            throw refused(
                    statement,
                    "without a name the " + (unique ? "unique " : "")
                            + "index could not be found again after an interruption; give it one");
        }
        ObjectName index = name(statement, cursor, "the index");
        if (!cursor.accept("ON")) {
            throw refused(statement, "ON and a table are missing");
        }
        boolean ignored = cursor.accept("ONLY");
        ObjectName table = name(statement, cursor, ignored ? "the table after ONLY" : "the table");
        return Optional.of(
                new Concurrent.CreateIndex(new ObjectName(table.schema(), index.name()), table, ifNotExists));
    }

    private static Optional<Concurrent> reindex(SqlStatement statement, Cursor cursor) {
        boolean concurrently = statement.tokens().stream().anyMatch(token -> token.is("CONCURRENTLY"));
        if (cursor.peek().isSymbol('(')) {
            cursor.skipBrackets();
        }
        String kind = cursor.peek().keyword();
        if (!concurrently && (kind.equals("INDEX") || kind.equals("TABLE"))) {
            return Optional.empty();
        }
        if (!REINDEXED.contains(kind) || (!kind.equals("INDEX") && !kind.equals("TABLE"))) {
            throw refused(statement, "name one index or one table, so that an interruption can be mended");
        }
        cursor.skip();
        if (!cursor.accept("CONCURRENTLY")) {
            throw refused(statement, "write REINDEX " + kind + " CONCURRENTLY and the name");
        }
        return Optional.of(new Concurrent.Reindex(name(statement, cursor, "what is indexed"), kind.equals("TABLE")));
    }

    private static ObjectName name(SqlStatement statement, Cursor cursor, String what) {
        return cursor.name().orElseThrow(() -> refused(statement, what + " has no name that could be read"));
    }

    private static void mustNotDetachConcurrently(SqlStatement statement) {
        boolean detaches = statement.startsWith("ALTER", "TABLE")
                && statement.tokens().stream().anyMatch(token -> token.is("DETACH"));
        if (detaches && statement.tokens().get(statement.tokens().size() - 1).is("CONCURRENTLY")) {
            throw refused(
                    statement,
                    "this version cannot mend an interrupted DETACH … CONCURRENTLY; without the word it is a short lock, tried again until it is had");
        }
    }
}
