package dev.godwit.migration.plan;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.SchemaDefinition;
import dev.godwit.migration.script.Concurrent;
import dev.godwit.migration.script.Effects;
import dev.godwit.migration.script.Lint;
import dev.godwit.migration.script.Lints;
import dev.godwit.migration.script.ObjectName;
import dev.godwit.migration.script.ScriptStatement;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.PreparedStatement;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is known of a script before it runs: that PostgreSQL can read each statement, what its statements do to the application, and whether what it provides is there
 * already. No statement is executed, not even to be rolled back: that would take its locks.
 */
final class SchemaFindings {

    /** Whether a validated check, or the column itself, forbids NULL already, so that SET NOT NULL reads no row. */
    private static final String NEVER_NULL = """
            SELECT EXISTS (SELECT
                             FROM pg_attribute AS a
                            WHERE a.attrelid = t.oid AND a.attname = $2 AND a.attnotnull)
                OR EXISTS (SELECT
                             FROM pg_constraint AS c
                            WHERE c.conrelid = t.oid
                              AND c.contype = 'c'
                              AND c.convalidated
                              AND pg_get_constraintdef(c.oid) = 'CHECK ((' || quote_ident($2) || ' IS NOT NULL))') AS known
              FROM (SELECT to_regclass($1)::oid AS oid) AS t
            """;

    /** What the role may not change, and what PostgreSQL makes no index on without blocking. A table that is not there yet is nobody's. */
    private static final String TABLES = """
            SELECT t.name, c.relkind = 'p' AS partitioned, pg_has_role(coalesce($2::text, current_user::text)::name, c.relowner, 'USAGE') AS mine, c.relowner::regrole::text AS owner,
                   quote_ident(coalesce($2::text, current_user::text)) AS role
              FROM unnest($1::text[]) AS t(name)
              JOIN pg_class AS c ON c.oid = to_regclass(t.name)
             ORDER BY t.name
            """;

    /** Whether statements can be executed as a role: PostgreSQL 16 and newer tell that from its rights being inherited. */
    private static final String OWNER = """
            SELECT r.oid IS NOT NULL AS known,
                   coalesce(pg_has_role(r.oid, CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END), false) AS mine,
                   quote_ident($1::text) AS owner, quote_ident(current_user) AS role
              FROM (SELECT (SELECT oid FROM pg_roles WHERE rolname = $1::text) AS oid) AS r
            """;

    /** Schemas in which a role may make nothing; one that is not there yet is nobody's. */
    private static final String CLOSED = """
            SELECT quote_ident(n.nspname) AS schema, quote_ident($1::text) AS owner
              FROM pg_namespace AS n
             WHERE n.oid IN (SELECT to_regnamespace(coalesce(quote_ident(s.name), quote_ident(current_schema()))) FROM unnest($2::text[]) AS s(name))
               AND NOT has_schema_privilege($1::text::name, n.oid, 'CREATE')
             ORDER BY n.nspname
            """;

    private final SqlConnection connection;
    private final ReadOnly database;
    private final Definition definition;
    private final SchemaDefinition schema;

    SchemaFindings(SqlConnection connection, ReadOnly database, Definition definition, SchemaDefinition schema) {
        this.connection = connection;
        this.database = database;
        this.definition = definition;
        this.schema = schema;
    }

    Uni<List<Finding>> find() {
        List<Finding> findings = new ArrayList<>();
        return readable("up", schema.up())
                .invoke(findings::addAll)
                .chain(() -> readable("down", schema.down().orElse(List.of())))
                .invoke(findings::addAll)
                .chain(this::ownership)
                .invoke(findings::addAll)
                .chain(misfits ->
                        misfits.isEmpty() ? obstacles() : Uni.createFrom().item(List.<Finding>of()))
                .invoke(findings::addAll)
                .chain(this::lints)
                .invoke(findings::addAll)
                .chain(() -> database.transaction(() -> Comparison.of(connection, List.of(definition))))
                .invoke(compared -> compared.forEach(comparison -> compare(comparison, findings)))
                .chain(() -> database.transaction(() -> new RequirementFindings(database, definition).find()))
                .invoke(findings::addAll)
                .invoke(() -> promises(findings))
                .replaceWith(findings);
    }

    private void promises(List<Finding> findings) {
        if (schema.down().isEmpty()) {
            findings.add(Finding.warn(
                    "no_way_back", "there is no 'down': this migration cannot be rolled back", "write schema.down"));
        }
        if (schema.provides().isEmpty()) {
            findings.add(Finding.warn(
                    "provides_nothing",
                    "nothing says what is there afterwards, so that nothing can be verified",
                    "write schema.provides: tables, columns, indexes, constraints"));
        }
    }

    private static void compare(Comparison comparison, List<Finding> findings) {
        if (comparison.isDrifted()) {
            findings.add(Finding.warn("recorded_but_missing", comparison.drift(), comparison.driftRemedy()));
        } else if (comparison.isUnrecorded()) {
            findings.add(Finding.warn("present_not_recorded", comparison.unrecorded(), comparison.unrecordedRemedy()));
        }
    }

    private Uni<List<Finding>> readable(String key, List<ScriptStatement> statements) {
        return Multi.createFrom()
                .iterable(statements)
                .onItem()
                .transformToUniAndConcatenate(statement -> read(key, statement))
                .filter(Optional::isPresent)
                .map(Optional::get)
                .collect()
                .asList();
    }

    /** PostgreSQL reads the statement, and no more. What it says about tables is passed over: a statement before this one may make them. */
    private Uni<Optional<Finding>> read(String key, ScriptStatement statement) {
        return database.transaction(() -> connection
                .prepare(statement.sql().text())
                .call(PreparedStatement::close)
                .map(read -> Optional.<Finding>empty())
                .onFailure(failure -> PgErrors.sqlState(failure).isPresent())
                .recoverWithItem(failure -> PgErrors.isSyntax(failure)
                        ? Optional.of(Finding.refuse(
                                "bad_sql",
                                "schema." + key + ", line " + statement.sql().line() + ": PostgreSQL says: "
                                        + PgErrors.describe(failure),
                                "correct the statement"))
                        : Optional.empty()));
    }

    /** Nothing else is asked of a role that statements cannot be executed as. */
    private Uni<List<Finding>> ownership() {
        if (schema.owner().isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        String owner = schema.owner().get();
        String[] schemas = schema.up().stream()
                .flatMap(statement -> Effects.makes(statement.sql()).stream())
                .map(table -> table.schema().orElse(null))
                .distinct()
                .toArray(String[]::new);
        return database.transaction(() -> database.query(OWNER, Tuple.of(owner), SchemaFindings::outsider)
                .map(found -> found.stream().flatMap(Optional::stream).toList())
                .chain(found -> found.isEmpty()
                        ? database.query(CLOSED, Tuple.of(owner, schemas), SchemaFindings::closed)
                        : Uni.createFrom().item(found)));
    }

    private static Optional<Finding> outsider(Row row) {
        String owner = row.getString("owner");
        String member = "GRANT " + owner + " TO " + row.getString("role");
        if (!row.getBoolean("known")) {
            return Optional.of(Finding.refuse(
                    "missing_privilege",
                    "schema.owner: there is no role " + owner,
                    "CREATE ROLE " + owner + " NOLOGIN; " + member));
        }
        return row.getBoolean("mine")
                ? Optional.empty()
                : Optional.of(Finding.refuse(
                        "missing_privilege",
                        "schema.owner: " + row.getString("role") + " is no member of " + owner
                                + " that may act as it, so it can make nothing in its name",
                        member));
    }

    private static Finding closed(Row row) {
        return Finding.refuse(
                "missing_privilege",
                "schema.owner: " + row.getString("owner") + " may make nothing in schema " + row.getString("schema"),
                "GRANT CREATE ON SCHEMA " + row.getString("schema") + " TO " + row.getString("owner"));
    }

    private Uni<List<Finding>> obstacles() {
        Set<String> concurrently = schema.up().stream()
                .flatMap(statement -> statement.concurrent().stream())
                .filter(Concurrent.CreateIndex.class::isInstance)
                .map(index -> ((Concurrent.CreateIndex) index).table().quoted())
                .collect(Collectors.toSet());
        String[] tables = schema.up().stream()
                .flatMap(statement -> Effects.owned(statement.sql()).stream())
                .map(ObjectName::quoted)
                .distinct()
                .toArray(String[]::new);
        return database.transaction(() -> database.query(
                        TABLES, Tuple.of(tables, schema.owner().orElse(null)), row -> obstacle(row, concurrently)))
                .map(found -> found.stream().flatMap(Optional::stream).toList());
    }

    private static Optional<Finding> obstacle(Row row, Set<String> concurrently) {
        String table = row.getString("name");
        if (!row.getBoolean("mine")) {
            return Optional.of(Finding.refuse(
                    "missing_privilege",
                    "table " + table + " belongs to " + row.getString("owner")
                            + ", and only its owner may change it so",
                    "GRANT " + row.getString("owner") + " TO " + row.getString("role")));
        }
        return row.getBoolean("partitioned") && concurrently.contains(table)
                ? Optional.of(
                        Finding.refuse(
                                "partition",
                                "PostgreSQL makes no index concurrently on " + table + ", which is partitioned",
                                "CREATE INDEX ON ONLY the table, CREATE INDEX CONCURRENTLY on each partition, and ALTER INDEX … ATTACH PARTITION"))
                : Optional.empty();
    }

    private Uni<List<Finding>> lints() {
        return Multi.createFrom()
                .iterable(Lints.of(schema.up()))
                .onItem()
                .transformToUniAndConcatenate(lint -> isHarmless(lint)
                        .map(harmless -> harmless
                                ? Optional.<Finding>empty()
                                : Optional.of(Finding.warn(lint.code(), lint.message(), lint.remedy()))))
                .filter(Optional::isPresent)
                .map(Optional::get)
                .collect()
                .asList();
    }

    private Uni<Boolean> isHarmless(Lint lint) {
        if (lint.notNull().isEmpty()) {
            return Uni.createFrom().item(false);
        }
        Lint.Column column = lint.notNull().get();
        return database.transaction(() -> database.query(
                        NEVER_NULL, Tuple.of(column.table().quoted(), column.name()), row -> row.getBoolean("known")))
                .map(rows -> rows.get(0));
    }
}
