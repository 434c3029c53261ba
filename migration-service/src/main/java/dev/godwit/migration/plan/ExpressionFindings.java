package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DerivedChild;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.KeyExpression;
import dev.godwit.migration.definition.SoftReference;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.rekey.RekeyVitalSql;
import dev.godwit.migration.plan.ReadOnly.Answer;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What PostgreSQL says to the SQL of a definition: each fragment is explained against its table, in a transaction that cannot write. */
final class ExpressionFindings {

    private final ReadOnly database;
    private final Scope scope;

    ExpressionFindings(ReadOnly database, Scope scope) {
        this.database = database;
        this.scope = scope;
    }

    /** Something to ask PostgreSQL, and what it means when it refuses. */
    private record Question(String key, String sql, String remedy) {}

    Uni<List<Finding>> find() {
        return Multi.createFrom()
                .iterable(questions())
                .onItem()
                .transformToUniAndConcatenate(this::ask)
                .filter(Optional::isPresent)
                .map(Optional::get)
                .collect()
                .asList()
                .chain(this::deeper);
    }

    /** Expressions are evaluated only when all of them make sense. */
    private Uni<List<Finding>> deeper(List<Finding> found) {
        if (!found.isEmpty() || scope.key().isEmpty()) {
            return Uni.createFrom().item(found);
        }
        return determinism().chain(more -> new RequirementFindings(database, scope.definition())
                .find()
                .map(last -> {
                    List<Finding> all = new ArrayList<>(more);
                    all.addAll(last);
                    return all;
                }));
    }

    private List<Question> questions() {
        List<Question> questions = new ArrayList<>();
        Table root = scope.root();
        String where = scope.rekey().where();
        questions.add(onTable(root, "rekey.where", "(" + where + ")::boolean", "true"));
        scope.key()
                .ifPresent(key ->
                        questions.addAll(keyQuestions(root, key, scope.rekey().to(), "rekey.to", where)));
        scope.rekey()
                .survivor()
                .ifPresent(survivor -> questions.add(new Question(
                        "rekey.merge.keep",
                        "SELECT 1 FROM " + root.name().quoted() + " ORDER BY (" + survivor.expression() + ")",
                        columnsRemedy(root))));
        scope.rekey()
                .created()
                .ifPresent(created ->
                        questions.add(onTable(root, "rekey.created", "(" + created + ") >= clock_timestamp()", where)));
        scope.rekey().references().forEach(reference -> when(reference).ifPresent(questions::add));
        scope.rekey().children().forEach(child -> questions.addAll(childQuestions(child)));
        questions.addAll(statements(scope.definition()));
        return questions;
    }

    private List<Question> keyQuestions(Table table, Column key, KeyExpression to, String name, String where) {
        if (to instanceof KeyExpression.Uuid5 uuid5) {
            return List.of(
                    onTable(table, name + " (namespace)", "(" + uuid5.namespaceSql() + ")::uuid", where),
                    onTable(table, name + " (name)", "(" + uuid5.nameSql() + ")::text", where));
        }
        KeyExpression.Sql sql = (KeyExpression.Sql) to;
        return List.of(
                onTable(table, name, "(" + sql.expression() + ")::text", where),
                onTable(table, name, "(" + sql.expression() + ")::" + key.type(), where));
    }

    private Optional<Question> when(SoftReference reference) {
        return reference.when().flatMap(condition -> Optional.ofNullable(
                        scope.tables().get(reference.table()))
                .map(table -> onTable(table, "rekey.references when", "(" + condition + ")::boolean", "true")));
    }

    private List<Question> childQuestions(DerivedChild child) {
        Table table = scope.tables().get(child.table());
        return Optional.ofNullable(table)
                .flatMap(found -> found.column(child.key()))
                .map(key -> keyQuestions(table, key, child.to(), "rekey.children to", "true"))
                .orElse(List.of());
    }

    private List<Question> statements(Definition definition) {
        String remedy = "correct the query; it is run as it stands, so name tables with their schema";
        List<Question> questions = new ArrayList<>();
        definition
                .verify()
                .forEach(check -> questions.add(new Question("verify '" + check.name() + "'", check.sql(), remedy)));
        MeasureQueries.of(
                        definition,
                        scope.key()
                                .map(key -> RekeyVitalSql.entitiesForCheck(
                                        scope.root().name(), key.type())))
                .forEach(query -> questions.add(new Question(query.key(), query.sql(), remedy)));
        definition
                .require()
                .forEach(need -> questions.add(new Question("require '" + need.name() + "'", need.sql(), remedy)));
        return questions;
    }

    private static Question onTable(Table table, String key, String expression, String where) {
        String sql = "SELECT " + expression + " FROM " + table.name().quoted() + " WHERE (" + where + ")::boolean";
        return new Question(key, sql, columnsRemedy(table));
    }

    private static String columnsRemedy(Table table) {
        return "correct the expression; it may use the columns of " + table.name() + ": "
                + table.columns().stream().map(Column::name).collect(Collectors.joining(", "));
    }

    private Uni<Optional<Finding>> ask(Question question) {
        return database.probe("EXPLAIN " + question.sql(), row -> "")
                .map(answer -> answer instanceof Answer.Refused<String> refused
                        ? Optional.of(refusal(question, refused.reason()))
                        : Optional.empty());
    }

    private static Finding refusal(Question question, String reason) {
        String remedy = question.key().endsWith("to") && question.sql().contains("uuid5")
                ? "uuid5(namespace, name) must be the whole expression; " + question.remedy()
                : question.remedy();
        return Finding.refuse("invalid_expression", question.key() + ": PostgreSQL says: " + reason, remedy);
    }

    /** An expression that answers differently when asked twice never comes to an end. */
    private Uni<List<Finding>> determinism() {
        String expression = text(scope.rekey().to());
        TableName table = scope.rekey().table();
        String sql = "SELECT count(*) AS differing FROM (SELECT * FROM " + table.quoted() + " WHERE ("
                + scope.rekey().where() + ")::boolean LIMIT 100) AS " + Identifier.quote(table.name()) + " WHERE "
                + expression + " IS DISTINCT FROM " + expression;
        return database.probe(sql, row -> row.getLong("differing")).map(answer -> {
            if (answer instanceof Answer.Rows<Long> rows && rows.rows().get(0) > 0) {
                return List.of(Finding.refuse(
                        "not_deterministic",
                        "rekey.to answers another key each time it is asked for the same row",
                        "derive the key from the row's columns only"));
            }
            if (answer instanceof Answer.Refused<Long> refused) {
                return List.of(Finding.refuse(
                        "invalid_expression",
                        "rekey.to cannot be computed for some rows: PostgreSQL says: " + refused.reason(),
                        "limit the entities by where, or let the expression answer NULL for such rows"));
            }
            return List.of();
        });
    }

    private static String text(KeyExpression to) {
        return to instanceof KeyExpression.Uuid5 uuid5
                ? "((" + uuid5.namespaceSql() + ")::uuid, (" + uuid5.nameSql() + ")::text)"
                : "(" + ((KeyExpression.Sql) to).expression() + ")::text";
    }
}
