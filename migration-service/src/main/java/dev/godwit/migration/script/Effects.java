package dev.godwit.migration.script;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which tables a statement changes, reads under a lock, or makes: as far as its text says so. What a function or a {@code DO} block does is not seen. */
public final class Effects {

    /** What stands before the name of a table, anywhere in a statement. */
    private static final List<List<String>> BEFORE_NAMES = List.of(
            List.of("REFERENCES"),
            List.of("INSERT", "INTO"),
            List.of("MERGE", "INTO"),
            List.of("DELETE", "FROM"),
            List.of("ATTACH", "PARTITION"),
            List.of("DETACH", "PARTITION"),
            List.of("PARTITION", "OF"));

    private Effects() {}

    /** The names as written, without the ones that only queries read. */
    public static Set<ObjectName> tables(SqlStatement statement) {
        Set<ObjectName> tables = new LinkedHashSet<>(heads(statement));
        Cursor cursor = new Cursor(statement);
        while (!cursor.isAtEnd()) {
            if (BEFORE_NAMES.stream().anyMatch(words -> cursor.accept(words.toArray(String[]::new)))) {
                tables.addAll(list(cursor));
            } else {
                cursor.skip();
            }
        }
        return tables;
    }

    /** The tables that a statement is about, by its first words. */
    static List<ObjectName> heads(SqlStatement statement) {
        Cursor cursor = new Cursor(statement);
        if (cursor.accept("CREATE")) {
            return created(cursor);
        }
        if (cursor.accept("ALTER", "TABLE")
                || cursor.accept("DROP", "TABLE")
                || cursor.accept("TRUNCATE", "TABLE")
                || cursor.accept("TRUNCATE")
                || cursor.accept("LOCK", "TABLE")
                || cursor.accept("LOCK")
                || cursor.accept("UPDATE")
                || cursor.accept("COMMENT", "ON", "TABLE")
                || cursor.accept("REINDEX", "TABLE", "CONCURRENTLY")
                || cursor.accept("REINDEX", "TABLE")
                || cursor.accept("CLUSTER")) {
            return list(cursor);
        }
        return List.of();
    }

    /** The tables that a statement is about and that only their owner may change so. */
    public static List<ObjectName> owned(SqlStatement statement) {
        boolean owners = statement.startsWith("ALTER", "TABLE")
                || statement.startsWith("DROP", "TABLE")
                || statement.startsWith("CREATE", "INDEX")
                || statement.startsWith("CREATE", "UNIQUE", "INDEX");
        return owners ? heads(statement) : List.of();
    }

    private static List<ObjectName> list(Cursor cursor) {
        List<ObjectName> names = new ArrayList<>();
        do {
            cursor.skipAll("IF", "EXISTS", "ONLY");
            cursor.name().ifPresent(names::add);
        } while (cursor.acceptSymbol(','));
        return names;
    }

    private static List<ObjectName> created(Cursor cursor) {
        if (isTable(cursor)) {
            return cursor.name().stream().toList();
        }
        while (!cursor.isAtEnd() && !cursor.accept("ON")) {
            if (cursor.peek().isSymbol('(')) {
                return List.of();
            }
            cursor.skip();
        }
        return list(cursor);
    }

    private static boolean isTable(Cursor cursor) {
        cursor.skipAll("GLOBAL", "LOCAL", "TEMPORARY", "TEMP", "UNLOGGED", "FOREIGN");
        return cursor.accept("TABLE", "IF", "NOT", "EXISTS") || cursor.accept("TABLE");
    }

    /** The table that a statement makes, if it makes one. */
    public static List<ObjectName> makes(SqlStatement statement) {
        Cursor cursor = new Cursor(statement);
        return cursor.accept("CREATE") && isTable(cursor)
                ? cursor.name().stream().toList()
                : List.of();
    }
}
