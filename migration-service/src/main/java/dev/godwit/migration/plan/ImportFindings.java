package dev.godwit.migration.plan;

import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.catalog.CatalogException;
import dev.godwit.migration.catalog.CatalogReader;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.ImportDefinition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.imports.ImportCompiler;
import dev.godwit.migration.operation.imports.ImportMisfits;
import dev.godwit.migration.operation.imports.ImportModel;
import dev.godwit.migration.operation.imports.ImportSourceSql;
import dev.godwit.migration.plan.ReadOnly.Answer;
import dev.godwit.migration.plan.ServerFindings.Server;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.sql.SourceUnavailableException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What stands in the way of an import, or should be known before it. */
final class ImportFindings {

    private static final String SEQUENCE = """
            SELECT s.name, has_sequence_privilege(s.name, 'USAGE') AS usable
              FROM (SELECT pg_get_serial_sequence($1::text, $2::text) AS name) AS s
            """;

    private final SqlConnection connection;
    private final ReadOnly database;
    private SqlConnection sourceConnection;
    private ReadOnly sourceDatabase;
    private final String role;
    private String sourceRole;
    private final Definition definition;
    private final ImportDefinition imported;
    private final TableRights rights;
    private final Map<TableName, Table> tables = new LinkedHashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    ImportFindings(
            SqlConnection connection,
            ReadOnly database,
            String role,
            Definition definition,
            ImportDefinition imported) {
        this.connection = connection;
        this.database = database;
        this.sourceConnection = connection;
        this.sourceDatabase = database;
        this.role = role;
        this.sourceRole = role;
        this.definition = definition;
        this.imported = imported;
        this.rights = new TableRights(database, role);
    }

    /** All findings; {@code outside} knows the database that rows come from, where that is another one. */
    Uni<List<Finding>> find(Outside outside, Duration statementTimeout) {
        return imported.source()
                .map(name -> outside.source(name)
                        .map(there -> findIn(name, there, statementTimeout))
                        .orElseGet(() -> Uni.createFrom().item(List.of(unknown(name)))))
                .orElseGet(this::find);
    }

    private static Finding unknown(String name) {
        return Finding.refuse(
                "unknown_source",
                "import.source: no database is configured as '" + name + "'",
                "set godwit.sources." + name + ".host, .port, .name, .user and .password");
    }

    private Uni<List<Finding>> findIn(String name, Pool source, Duration statementTimeout) {
        return SourceUnavailableException.within(name, source, there -> {
                    sourceConnection = there;
                    sourceDatabase = new ReadOnly(there, statementTimeout, Map.of());
                    return heard(name).chain(this::find);
                })
                .onFailure(failure -> tables.isEmpty())
                .recoverWithItem(failure -> List.of(Finding.refuse(
                        "source_unavailable",
                        "import.source: '" + name + "' does not answer: " + PgErrors.describe(failure),
                        "see to godwit.sources." + name)));
    }

    /** What the other database says against being listened to. */
    private Uni<Void> heard(String name) {
        return sourceDatabase
                .transaction(() -> sourceDatabase.query(ServerFindings.SERVER, Tuple.tuple(), Server::fromRow))
                .map(rows -> rows.get(0))
                .invoke(server -> {
                    sourceRole = server.role();
                    ServerFindings.judge(server)
                            .forEach(found -> findings.add(new Finding(
                                    found.severity(),
                                    found.code(),
                                    "import.source " + name + ": " + found.message(),
                                    found.remedy())));
                })
                .chain(() -> sourceDatabase.transaction(() ->
                        sourceDatabase.query(DoctorQueries.SOURCE, Tuple.tuple(), row -> DoctorChecks.source(row))))
                .map(rows -> rows.get(0))
                .invoke(check -> {
                    if (check.status() == Check.Status.FAIL) {
                        findings.add(Finding.refuse(
                                "missing_privilege", "import.source " + name + ": " + check.detail(), check.remedy()));
                    }
                })
                .replaceWithVoid();
    }

    /** Each step is taken only when the one before has found nothing that would make it stumble. */
    private Uni<List<Finding>> find() {
        return Multi.createFrom()
                .items(imported.from(), imported.into())
                .onItem()
                .transformToUniAndConcatenate(this::look)
                .onItem()
                .ignoreAsUni()
                .chain(() -> unlessRefused(this::structure))
                .chain(() -> unlessRefused(this::fits))
                .chain(() -> unlessRefused(this::expressions))
                .chain(() -> unlessRefused(this::requirements))
                .replaceWith(findings);
    }

    private interface Step {
        Uni<Void> take();
    }

    private Uni<Void> unlessRefused(Step step) {
        return findings.stream().anyMatch(Finding::refuses) ? Uni.createFrom().voidItem() : step.take();
    }

    private Uni<Void> look(TableName name) {
        return at(name).transaction(
                        () -> new CatalogReader().table(isSource(name) ? sourceConnection : connection, name))
                .invoke(table -> tables.put(name, table.in(name.source())))
                .onFailure(CatalogException.class)
                .recoverWithItem(failure -> {
                    findings.add(Finding.refuse(
                            failure.code(), place(name) + ": " + failure.getMessage(), failure.remedy()));
                    return null;
                })
                .replaceWithVoid();
    }

    private boolean isSource(TableName name) {
        return name.equals(imported.from());
    }

    private ReadOnly at(TableName name) {
        return isSource(name) ? sourceDatabase : database;
    }

    private String place(TableName name) {
        return isSource(name) ? "import.from" : "import.into";
    }

    private Uni<Void> structure() {
        findings.addAll(TableFindings.summary(definition, tables.get(imported.from())));
        return Multi.createFrom()
                .iterable(tables.values())
                .onItem()
                .transformToUniAndConcatenate(table -> {
                    boolean source = isSource(table.name());
                    String whose = source ? sourceRole : role;
                    findings.addAll(new RelationFindings(table, whose).find(place(table.name()), source));
                    List<String> privileges =
                            source ? List.of("SELECT") : List.of("SELECT", "INSERT", "UPDATE", "DELETE");
                    return at(table.name()).transaction(() -> new TableRights(at(table.name()), whose)
                            .missing(table, privileges, source));
                })
                .onItem()
                .invoke(findings::addAll)
                .onItem()
                .ignoreAsUni()
                .chain(() -> database.transaction(() -> rights.rules(tables.get(imported.into()), "2", "3", "4")))
                .invoke(findings::addAll)
                .replaceWithVoid();
    }

    private Uni<Void> fits() {
        Table into = tables.get(imported.into());
        new ImportMisfits(imported, tables.get(imported.from()), into)
                .find()
                .forEach(misfit -> findings.add(Finding.refuse(misfit.code(), misfit.message(), misfit.remedy())));
        return unlessRefused(() -> {
            ImportModel model = ImportCompiler.compile(imported, tables, tables);
            Set<String> given = new LinkedHashSet<>(imported.set().keySet());
            given.addAll(model.drawn());
            return database.transaction(() -> new InsertFindings(database, rights, role)
                            .find(into, given, "import.set", "set the column, or give it a default"))
                    .invoke(findings::addAll)
                    .chain(() -> drawn(model));
        });
    }

    /** A row must have its name before it is inserted, or nobody could tell which row of the source it is. */
    private Uni<Void> drawn(ImportModel model) {
        return Multi.createFrom()
                .iterable(model.drawn())
                .onItem()
                .transformToUniAndConcatenate(column -> database.transaction(() -> database.query(
                                SEQUENCE,
                                Tuple.of(model.target().quoted(), column),
                                row -> new Sequence(
                                        row.getString("name"), Boolean.TRUE.equals(row.getBoolean("usable")))))
                        .invoke(sequences -> drawn(column, sequences.get(0))))
                .onItem()
                .ignoreAsUni();
    }

    private record Sequence(String name, boolean usable) {}

    private void drawn(String column, Sequence sequence) {
        if (sequence.name() == null) {
            findings.add(Finding.refuse(
                    "key_not_set",
                    "import.set says nothing of '" + column + "', which names the rows of " + imported.into()
                            + " and is drawn from no sequence of its own",
                    "set it, for instance " + column + ": uuid5(namespace('" + definition.migration()
                            + "'), <key>::text)"));
        } else if (!sequence.usable()) {
            findings.add(rights.missing(
                    "USAGE on sequence " + sequence.name(),
                    "GRANT USAGE ON SEQUENCE " + sequence.name() + " TO " + Identifier.quote(role)));
        }
    }

    /** Something to ask PostgreSQL, and what it means when it refuses. */
    private record Question(ReadOnly database, String place, String sql, String remedy) {}

    private Uni<Void> expressions() {
        return Multi.createFrom()
                .iterable(questions(ImportCompiler.compile(imported, tables, tables)))
                .onItem()
                .transformToUniAndConcatenate(this::ask)
                .onItem()
                .invoke(findings::addAll)
                .onItem()
                .ignoreAsUni();
    }

    private List<Question> questions(ImportModel model) {
        String remedy = "correct the expression; it sees the columns of " + imported.from();
        List<Question> questions = new ArrayList<>();
        questions.add(onRow("import.where", "(" + imported.where() + ")::boolean", remedy));
        model.values().forEach(value -> ImportSourceSql.expressions(value)
                .forEach(sql -> questions.add(onRow("import.set " + value.name(), "(" + sql + ")::text", remedy))));
        imported.blobs().ifPresent(blobs -> {
            questions.add(onRow("import.blobs path", "(" + blobs.path() + ")::text", remedy));
            questions.add(onRow("import.blobs sha256", "(" + blobs.sha256() + ")::text", remedy));
            questions.add(onRow("import.blobs size", "(" + blobs.size() + ")::text::bigint", remedy));
        });
        String statement = "correct the query; it is run as it stands, so name tables with their schema";
        definition
                .verify()
                .forEach(check ->
                        questions.add(new Question(database, "verify '" + check.name() + "'", check.sql(), statement)));
        MeasureQueries.of(definition, Optional.empty())
                .forEach(query -> questions.add(new Question(database, query.key(), query.sql(), statement)));
        definition
                .require()
                .forEach(need ->
                        questions.add(new Question(database, "require '" + need.name() + "'", need.sql(), statement)));
        return questions;
    }

    private Question onRow(String place, String expression, String remedy) {
        TableName from = imported.from();
        return new Question(
                sourceDatabase,
                place,
                "SELECT " + expression + " FROM " + from.quoted() + " AS " + Identifier.quote(from.name()),
                remedy);
    }

    private Uni<List<Finding>> ask(Question question) {
        return question.database()
                .probe("EXPLAIN " + question.sql(), row -> "")
                .map(answer -> answer instanceof Answer.Refused<String> refused
                        ? List.of(Finding.refuse(
                                "invalid_expression",
                                question.place() + ": PostgreSQL says: " + refused.reason(),
                                question.remedy()))
                        : List.of());
    }

    private Uni<Void> requirements() {
        return new RequirementFindings(database, definition)
                .find()
                .invoke(findings::addAll)
                .replaceWithVoid();
    }
}
