package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.CatalogException;
import dev.godwit.migration.catalog.CatalogReader;
import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.FunctionsFile;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.TransformDefinition;
import dev.godwit.migration.definition.Triggers;
import dev.godwit.migration.functions.FunctionSchema;
import dev.godwit.migration.operation.transform.TransformCompiler;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What stands in the way of a transform, or should be known before it. */
final class TransformFindings {

    private static final String RIGHTS = """
            SELECT has_table_privilege($1::bigint::oid, 'SELECT') AND has_table_privilege($1::bigint::oid, 'UPDATE') AS may,
                   has_parameter_privilege('session_replication_role', 'SET') AS may_silence,
                   (SELECT string_agg(t.tgname::text, ', ' ORDER BY t.tgname)
                      FROM pg_trigger AS t
                     WHERE t.tgrelid = $1::bigint::oid AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'R') AND t.tgtype & 16 = 16) AS loud
            """;

    /** Row triggers that come before the UPDATE, and may change the row: bits 1 row, 2 before, 16 update. */
    private static final String TRIGGERS = """
            SELECT t.tgname::text AS name, p.prosrc AS source
              FROM pg_trigger AS t
              JOIN pg_proc AS p ON p.oid = t.tgfoid
             WHERE t.tgrelid = $1::bigint::oid
               AND NOT t.tgisinternal
               AND t.tgenabled IN ('O', 'A')
               AND t.tgtype & 19 = 19
             ORDER BY t.tgname
            """;

    private static final Pattern ASSIGNED =
            Pattern.compile("\\bnew\\s*\\.\\s*\"?([a-z_][a-z0-9_]*)\"?\\s*:?=", Pattern.CASE_INSENSITIVE);

    /** What looks at other rows when a row is changed: unique and exclusion constraints, unique indexes, foreign keys. */
    private static final String LOOKS_ELSEWHERE = """
            WITH changed AS (SELECT a.attnum FROM pg_attribute AS a WHERE a.attrelid = $1::bigint::oid AND a.attname = ANY ($2::text[]))
            SELECT c.conname::text AS name
              FROM pg_constraint AS c
             WHERE c.conrelid = $1::bigint::oid
               AND c.contype IN ('u', 'x', 'f')
               AND c.conkey && ARRAY(SELECT attnum FROM changed)
             UNION
            SELECT x.relname::text
              FROM pg_index AS i
              JOIN pg_class AS x ON x.oid = i.indexrelid
              JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid
             WHERE i.indrelid = $1::bigint::oid
               AND i.indisunique
               AND d.refobjsubid IN (SELECT attnum FROM changed)
             ORDER BY 1
            """;

    private final SqlConnection connection;
    private final ReadOnly database;
    private final String role;
    private final Definition definition;
    private final TransformDefinition transform;
    private final CatalogReader catalog = new CatalogReader();

    TransformFindings(
            SqlConnection connection,
            ReadOnly database,
            String role,
            Definition definition,
            TransformDefinition transform) {
        this.connection = connection;
        this.database = database;
        this.role = role;
        this.definition = definition;
        this.transform = transform;
    }

    Uni<List<Finding>> find() {
        return database.transaction(() -> catalog.table(connection, transform.table()))
                .chain(table -> ofTable(table))
                .onFailure(CatalogException.class)
                .recoverWithItem(failure -> List.of(Finding.refuse(
                        "unknown_table",
                        failure.getMessage(),
                        "correct transform.table, or run the migration that makes it first")));
    }

    private Uni<List<Finding>> ofTable(Table table) {
        List<Finding> findings = structure(table);
        findings.addAll(TableFindings.summary(definition, table));
        TransformCompiler.misfits(transform, table)
                .forEach(misfit -> findings.add(Finding.refuse(misfit.code(), misfit.message(), misfit.remedy())));
        if (!findings.isEmpty()) {
            return Uni.createFrom().item(findings);
        }
        return database.transaction(() -> rights(table).chain(found -> {
                    findings.addAll(found);
                    return triggers(table);
                }))
                .invoke(findings::addAll)
                .chain(() -> database.transaction(() -> looksElsewhere(table)))
                .invoke(findings::addAll)
                .chain(() -> functions())
                .invoke(findings::addAll)
                .chain(() -> findings.stream().anyMatch(Finding::refuses)
                        ? Uni.createFrom().item(List.<Finding>of())
                        : new TransformExpressions(connection, definition, transform).find())
                .invoke(findings::addAll)
                .chain(() -> findings.stream().anyMatch(Finding::refuses)
                        ? Uni.createFrom().item(List.<Finding>of())
                        : deeper(table))
                .invoke(findings::addAll)
                .replaceWith(findings);
    }

    /** What is looked at only when all expressions make sense. */
    private Uni<List<Finding>> deeper(Table table) {
        Uni<List<Finding>> requirements = new RequirementFindings(database, definition).find();
        if (transform.constraint().isEmpty()) {
            return requirements;
        }
        String key = TransformCompiler.key(transform, table).orElseThrow();
        return requirements.chain(unmet -> new ConstraintFindings(connection, database, transform, key)
                .find()
                .map(found -> Stream.concat(unmet.stream(), found.stream()).toList()));
    }

    private Uni<List<Finding>> looksElsewhere(Table table) {
        Tuple changed = Tuple.of(table.oid(), transform.set().keySet().toArray(String[]::new));
        return database.query(LOOKS_ELSEWHERE, changed, row -> row.getString("name"))
                .map(
                        names -> names.isEmpty()
                                ? List.of()
                                : List.of(
                                        Finding.warn(
                                                "not_foreseen",
                                                "a change of "
                                                        + String.join(
                                                                ", ",
                                                                transform.set().keySet()) + " meets "
                                                        + String.join(", ", names)
                                                        + ", which look at other rows; whether they refuse it shows when a row is changed",
                                                "such a row is put aside with its reason, and the others go on; 'godwit retry' tries it again")));
    }

    private List<Finding> structure(Table table) {
        List<Finding> findings = new RelationFindings(table, role).find("transform.table", true);
        if (table.hasRules()) {
            findings.add(Finding.refuse(
                    "rules",
                    table.name() + " has rules, which would rewrite what is written",
                    "drop them for the time of the run"));
        }
        if (!table.ownedByMe()) {
            findings.add(Finding.refuse(
                    "missing_privilege",
                    "role " + role + " does not own " + table.name()
                            + ", and only an owner can publish it for the tail",
                    "GRANT the owner's role TO " + Identifier.quote(role)));
        }
        return findings;
    }

    private Uni<List<Finding>> rights(Table table) {
        return database.query(RIGHTS, Tuple.of(table.oid()), row -> row).map(rows -> {
            Row row = rows.get(0);
            List<Finding> findings = new ArrayList<>();
            if (!row.getBoolean("may")) {
                findings.add(Finding.refuse(
                        "missing_privilege",
                        "role " + role + " lacks SELECT or UPDATE on " + table.name(),
                        "GRANT SELECT, UPDATE ON " + table.name().quoted() + " TO " + Identifier.quote(role)));
            }
            if (transform.triggers() == Triggers.OFF && !row.getBoolean("may_silence")) {
                findings.add(Finding.refuse(
                        "missing_privilege",
                        "role " + role + " lacks SET on parameter session_replication_role, which triggers: off needs",
                        "GRANT SET ON PARAMETER session_replication_role TO " + Identifier.quote(role)));
            }
            if (transform.triggers() == Triggers.OFF && row.getString("loud") != null) {
                findings.add(Finding.refuse(
                        "always_triggers",
                        "triggers of " + table.name() + " fire in spite of triggers: off: " + row.getString("loud"),
                        "ALTER TABLE " + table.name().quoted()
                                + " ENABLE TRIGGER … for each of them, or write triggers: fire"));
            }
            return findings;
        });
    }

    /** What a trigger writes into the row besides is not in the journal: no rollback restores it. */
    private Uni<List<Finding>> triggers(Table table) {
        if (transform.triggers() == Triggers.OFF) {
            return Uni.createFrom().item(List.of());
        }
        return database.query(TRIGGERS, Tuple.of(table.oid()), row -> row)
                .map(rows -> rows.stream().map(row -> trigger(table, row)).toList());
    }

    private static Finding trigger(Table table, Row row) {
        String columns = assigned(table, row.getString("source"));
        return Finding.warn(
                "before_triggers",
                "trigger " + row.getString("name") + " of " + table.name() + " fires for every row that is changed"
                        + (columns.isEmpty() ? "" : ", and sets " + columns)
                        + "; a rollback does not restore what it writes",
                "write triggers: off in the definition when rollback must be exact");
    }

    private static String assigned(Table table, String source) {
        Matcher matcher = ASSIGNED.matcher(source);
        return matcher.results()
                .map(found -> found.group(1))
                .flatMap(name ->
                        table.columns().stream().map(Column::name).filter(column -> column.equalsIgnoreCase(name)))
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private Uni<List<Finding>> functions() {
        if (transform.functions().isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        FunctionsFile file = transform.functions().get();
        return database.transaction(() -> new FunctionSchema(file).look(connection))
                .map(state -> finding(file, state).stream().toList());
    }

    private Optional<Finding> finding(FunctionsFile file, FunctionSchema.State state) {
        return switch (state) {
            case ABSENT, INSTALLED, STALE -> Optional.empty();
            case FORBIDDEN ->
                Optional.of(Finding.refuse(
                        "missing_privilege",
                        "role " + role + " may not create the schema '" + file.schema() + "' for the functions of "
                                + file.name(),
                        "GRANT CREATE ON DATABASE … TO " + Identifier.quote(role)));
            case OTHER_VERSION ->
                Optional.of(Finding.refuse(
                        "functions_in_use",
                        "the schema '" + file.schema() + "' holds another version of " + file.name()
                                + ", which a run still needs",
                        "wait for the run of that version, or cancel it; or give the new file another name"));
            case TAKEN ->
                Optional.of(Finding.refuse(
                        "functions_schema_taken",
                        "the schema '" + file.schema() + "' is there already, and is not Godwit's",
                        "rename " + file.name() + ": its functions live in a schema of that name"));
        };
    }
}
