package dev.godwit.migration.script;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Judges a script: which of its statements rewrite a table, or keep the application from it for as long as they read it. Tables that the script itself makes are nobody's yet. */
public final class Lints {

    private static final String REWRITES = "rewrites_table";
    private static final String BLOCKS = "blocks_table";

    private final List<Lint> found = new ArrayList<>();
    private final Set<ObjectName> made = new HashSet<>();
    private final Set<ObjectName> altered = new HashSet<>();

    private Lints() {}

    /** All remarks, in the order of the statements. */
    public static List<Lint> of(List<ScriptStatement> statements) {
        Lints lints = new Lints();
        statements.forEach(lints::judge);
        return lints.found;
    }

    private void judge(ScriptStatement statement) {
        if (statement.concurrent().isPresent()) {
            altered.clear();
            return;
        }
        SqlStatement sql = statement.sql();
        made.addAll(Effects.makes(sql));
        List<ObjectName> tables = Effects.heads(sql).stream()
                .filter(table -> !made.contains(table))
                .toList();
        if (sql.startsWith("ALTER", "TABLE")) {
            tables.forEach(table -> alterTable(statement, table));
        } else {
            byHead(statement, tables);
        }
    }

    private void byHead(ScriptStatement statement, List<ObjectName> tables) {
        SqlStatement sql = statement.sql();
        boolean existing = !tables.isEmpty();
        boolean index = sql.startsWith("CREATE", "INDEX") || sql.startsWith("CREATE", "UNIQUE", "INDEX");
        if (index && existing) {
            add(
                    statement,
                    BLOCKS,
                    "nobody writes to " + tables.get(0) + " while the index is made",
                    "CREATE INDEX CONCURRENTLY");
        } else if (sql.startsWith("DROP", "INDEX")) {
            add(
                    statement,
                    BLOCKS,
                    "nobody reads or writes the index's table until the transaction ends",
                    "DROP INDEX CONCURRENTLY");
        } else if (sql.startsWith("REINDEX")) {
            add(statement, BLOCKS, "nobody writes to the table while its index is made anew", "REINDEX … CONCURRENTLY");
        } else if (sql.startsWith("CLUSTER")) {
            add(statement, REWRITES, "nobody reads or writes the table while it is written anew", "leave it out");
        } else if (sql.startsWith("REFRESH", "MATERIALIZED", "VIEW") && !has(sql, "CONCURRENTLY")) {
            add(
                    statement,
                    BLOCKS,
                    "nobody reads the view while it is filled",
                    "REFRESH MATERIALIZED VIEW CONCURRENTLY, which wants a unique index");
        } else if (sql.startsWith("LOCK") && existing) {
            add(
                    statement,
                    BLOCKS,
                    "the lock is held until the transaction ends",
                    "leave it out; each statement takes the lock it needs");
        } else if ((sql.startsWith("DROP", "TABLE") || sql.startsWith("TRUNCATE")) && existing) {
            add(
                    statement,
                    "loses_data",
                    "what " + names(tables) + " holds is gone, and no rollback brings it back",
                    "keep the table until nothing can want it");
        } else if (sql.startsWith("UPDATE") || sql.startsWith("DELETE")) {
            add(
                    statement,
                    "changes_rows",
                    "every row that it changes stays locked until the transaction ends, and no rollback restores it",
                    "a migration of kind transform does it in batches, with an undo");
        }
    }

    private static String names(List<ObjectName> tables) {
        return String.join(", ", tables.stream().map(ObjectName::toString).toList());
    }

    private void alterTable(ScriptStatement statement, ObjectName table) {
        Cursor cursor = new Cursor(statement.sql());
        cursor.skipAll("ALTER", "TABLE", "IF", "EXISTS", "ONLY");
        if (cursor.name().isPresent()) {
            cursor.rest().forEach(action -> action(statement, table, new Words(action)));
        }
        altered.add(table);
    }

    private void action(ScriptStatement statement, ObjectName table, Words action) {
        if (action.startsWith("ALTER")) {
            alterColumn(statement, table, action);
        } else if (action.startsWith("VALIDATE", "CONSTRAINT")) {
            if (altered.contains(table)) {
                add(
                        statement,
                        BLOCKS,
                        "the table is read while locks of statements before it, in the same transaction, keep the application out",
                        "put VALIDATE CONSTRAINT into a migration of its own that depends on this one");
            }
        } else if (isConstraint(action)) {
            addConstraint(statement, table, action);
        } else if (action.startsWith("ADD")) {
            addColumn(statement, table, action);
        } else if (action.startsWith("DROP") && !action.startsWith("DROP", "CONSTRAINT")) {
            add(
                    statement,
                    "loses_data",
                    "what the column of " + table + " holds is gone, and no rollback brings it back",
                    "keep the column until nothing can want it");
        } else if (action.startsWith("RENAME")) {
            add(
                    statement,
                    "renames",
                    "an application that knows the former name fails from the commit on",
                    "add the new name beside the former one, and drop that later");
        } else if (action.startsWith("SET", "LOGGED")
                || action.startsWith("SET", "UNLOGGED")
                || action.startsWith("SET", "TABLESPACE")
                || action.startsWith("SET", "ACCESS")) {
            add(
                    statement,
                    REWRITES,
                    "nobody reads or writes " + table + " while it is written anew",
                    "do it when nobody needs the table");
        } else if (action.startsWith("ATTACH", "PARTITION")) {
            add(
                    statement,
                    BLOCKS,
                    "the partition is read, under a lock, unless a validated check says that all of its rows belong there",
                    "add such a check NOT VALID, and validate it, in migrations before");
        }
    }

    private static boolean isConstraint(Words action) {
        return action.startsWith("ADD", "CONSTRAINT")
                || action.startsWith("ADD", "CHECK")
                || action.startsWith("ADD", "FOREIGN", "KEY")
                || action.startsWith("ADD", "PRIMARY", "KEY")
                || action.startsWith("ADD", "UNIQUE")
                || action.startsWith("ADD", "EXCLUDE")
                || action.startsWith("ADD", "NOT", "NULL");
    }

    private void addConstraint(ScriptStatement statement, ObjectName table, Words action) {
        boolean later = action.has("NOT", "VALID");
        if (action.has("FOREIGN", "KEY") && !later) {
            add(
                    statement,
                    BLOCKS,
                    "nobody writes to " + table + " and to the table it refers to while all rows are checked",
                    "add it NOT VALID here, and VALIDATE CONSTRAINT in a migration that depends on this one");
        } else if ((action.has("CHECK") || action.has("NOT", "NULL")) && !later) {
            add(
                    statement,
                    BLOCKS,
                    "nobody reads or writes " + table + " while all rows are checked",
                    "add it NOT VALID here, and VALIDATE CONSTRAINT in a migration that depends on this one");
        } else if ((action.has("PRIMARY", "KEY") || action.has("UNIQUE")) && !action.has("USING", "INDEX")) {
            add(
                    statement,
                    BLOCKS,
                    "nobody reads or writes " + table + " while its index is made",
                    "CREATE UNIQUE INDEX CONCURRENTLY before, and ADD CONSTRAINT … USING INDEX here");
        } else if (action.has("EXCLUDE")) {
            add(
                    statement,
                    BLOCKS,
                    "nobody reads or writes " + table + " while its index is made",
                    "no other way exists; choose a quiet hour");
        }
    }

    private void alterColumn(ScriptStatement statement, ObjectName table, Words action) {
        if (action.has("SET", "NOT", "NULL")) {
            String column = action.column();
            found.add(new Lint(
                    statement.number(),
                    BLOCKS,
                    "statement " + statement.number() + ": nobody reads or writes " + table
                            + " while all rows are checked for NULL in " + column,
                    "add CHECK (" + column
                            + " IS NOT NULL) NOT VALID, and validate it, in migrations before: PostgreSQL then need not look",
                    Optional.of(new Lint.Column(table, column))));
        } else if (action.has("TYPE")) {
            add(
                    statement,
                    REWRITES,
                    "unless the types are alike to the bit, nobody reads or writes " + table
                            + " while it and its indexes are written anew",
                    "add a column of the new type, fill it by a transform, and change the application over");
        } else if (action.has("SET", "EXPRESSION")) {
            add(
                    statement,
                    REWRITES,
                    "nobody reads or writes " + table + " while it is written anew",
                    "add a new column instead");
        }
    }

    private void addColumn(ScriptStatement statement, ObjectName table, Words action) {
        boolean stored = action.has("GENERATED") && (action.has("STORED") || action.has("AS", "IDENTITY"));
        if (stored || action.isSerial() || Defaults.isComputedPerRow(action)) {
            add(
                    statement,
                    REWRITES,
                    "every row of " + table
                            + " gets a value of its own: nobody reads or writes the table while it is written anew",
                    "add the column without it, set the default in a second statement, and fill the rows by a transform");
        }
        if (action.has("UNIQUE") || action.has("PRIMARY", "KEY")) {
            add(
                    statement,
                    BLOCKS,
                    "nobody reads or writes " + table + " while the column's index is made",
                    "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX");
        }
        if (action.has("CHECK") || (action.has("REFERENCES") && action.has("DEFAULT"))) {
            add(
                    statement,
                    BLOCKS,
                    "nobody reads or writes " + table + " while all rows are checked",
                    "add the constraint by itself, NOT VALID, and validate it in a migration that depends on this one");
        }
        boolean filled = action.has("DEFAULT") || action.has("GENERATED") || action.isSerial();
        if (action.has("NOT", "NULL") && !filled) {
            add(
                    statement,
                    "fails_on_rows",
                    "it fails when " + table + " has rows: they have no value for the new column",
                    "give it a DEFAULT");
        }
    }

    private static boolean has(SqlStatement sql, String keyword) {
        return sql.tokens().stream().anyMatch(token -> token.is(keyword));
    }

    private void add(ScriptStatement statement, String code, String message, String remedy) {
        found.add(new Lint(
                statement.number(),
                code,
                "statement " + statement.number() + " (" + statement.sql().label() + "): " + message,
                remedy,
                Optional.empty()));
    }
}
