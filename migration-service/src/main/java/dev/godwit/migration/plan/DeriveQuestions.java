package dev.godwit.migration.plan;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DeriveDefinition;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.WatchedTable;
import dev.godwit.migration.operation.derive.DeriveModel;
import dev.godwit.migration.operation.derive.DeriveSql;
import dev.godwit.migration.plan.ReadOnly.Answer;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What PostgreSQL says to the SQL of a derive, in transactions that cannot write: whether it makes sense, what it reads, and whether it answers the same twice. */
final class DeriveQuestions {

    private static final String READ = """
            SELECT DISTINCT n.nspname::text AS schema, c.relname::text AS name, pg_catalog.row_security_active(c.oid) AS hides_rows
              FROM unnest($1::text[]) AS t(name)
              JOIN pg_catalog.pg_class AS c ON c.oid = coalesce(pg_catalog.pg_partition_root(t.name::regclass), t.name::regclass)
              JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
             ORDER BY 1, 2
            """;

    private final ReadOnly database;
    private final Definition definition;
    private final DeriveDefinition derive;

    DeriveQuestions(ReadOnly database, Definition definition, DeriveDefinition derive) {
        this.database = database;
        this.definition = definition;
        this.derive = derive;
    }

    /** Something to ask PostgreSQL, and what it means when it refuses. */
    private record Question(String place, String sql, String remedy) {}

    Uni<List<Finding>> ask(DeriveModel model, String role) {
        List<Finding> findings = new ArrayList<>();
        return Multi.createFrom()
                .iterable(questions(model))
                .onItem()
                .transformToUniAndConcatenate(this::ask)
                .onItem()
                .invoke(findings::addAll)
                .onItem()
                .ignoreAsUni()
                .chain(() -> findings.isEmpty()
                        ? deeper(model, role)
                        : Uni.createFrom().item(List.<Finding>of()))
                .invoke(findings::addAll)
                .replaceWith(findings);
    }

    private List<Question> questions(DeriveModel model) {
        DeriveSql sql = new DeriveSql(model);
        String remedy = "correct the query; it is run as it stands, so name tables with their schema";
        List<Question> questions = new ArrayList<>();
        questions.add(new Question(
                "derive.where", onRow(derive.from(), "(" + derive.where() + ")::boolean"), columns(derive.from())));
        questions.add(new Question("derive.rows", sql.sample(0), remedy));
        for (WatchedTable watched : derive.watch()) {
            questions.add(new Question(
                    "derive.watch entity",
                    onRow(
                            watched.table(),
                            "(" + watched.entity() + ")::text::"
                                    + model.keyType().castName()),
                    columns(watched.table())));
        }
        definition
                .verify()
                .forEach(check -> questions.add(new Question("verify '" + check.name() + "'", check.sql(), remedy)));
        MeasureQueries.of(definition, Optional.empty())
                .forEach(query -> questions.add(new Question(query.key(), query.sql(), remedy)));
        definition
                .require()
                .forEach(need -> questions.add(new Question("require '" + need.name() + "'", need.sql(), remedy)));
        return questions;
    }

    private static String onRow(TableName table, String expression) {
        return "SELECT " + expression + " FROM " + table.quoted() + " AS " + Identifier.quote(table.name());
    }

    private static String columns(TableName table) {
        return "correct the expression; it sees the columns of " + table;
    }

    private Uni<List<Finding>> ask(Question question) {
        return database.probe("EXPLAIN " + question.sql(), row -> "")
                .map(answer -> answer instanceof Answer.Refused<String> refused
                        ? List.of(Finding.refuse(
                                "invalid_expression",
                                question.place() + ": PostgreSQL says: " + refused.reason(),
                                question.remedy()))
                        : List.of());
    }

    private Uni<List<Finding>> deeper(DeriveModel model, String role) {
        return read(model, role)
                .chain(found -> determinism(model).map(more -> join(found, more)))
                .chain(found ->
                        new RequirementFindings(database, definition).find().map(more -> join(found, more)));
    }

    /** Tables that the query reads, views resolved: what changes in them unheard makes a row missing or superfluous. */
    private Uni<List<Finding>> read(DeriveModel model, String role) {
        return database.probe(
                        "EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) " + new DeriveSql(model).sample(0),
                        row -> row.getValue(0))
                .chain(answer -> answer instanceof Answer.Rows<Object> rows
                        ? database.transaction(() -> resolve(rows.rows().get(0)))
                        : Uni.createFrom().item(List.<Read>of()))
                .map(tables -> tables.stream()
                        .flatMap(table -> judge(table, role).stream())
                        .toList());
    }

    private record Read(TableName table, boolean hidesRows) {}

    private Uni<List<Read>> resolve(Object plan) {
        Set<String> names = new LinkedHashSet<>();
        collect(plan instanceof JsonArray array ? array : new JsonArray(plan.toString()), names);
        return database.query(
                READ,
                Tuple.of((Object) names.toArray(String[]::new)),
                row -> new Read(
                        new TableName(row.getString("schema"), row.getString("name")), row.getBoolean("hides_rows")));
    }

    private static void collect(Object node, Set<String> names) {
        if (node instanceof JsonArray array) {
            array.forEach(item -> collect(item, names));
        } else if (node instanceof JsonObject object) {
            if (object.getString("Relation Name") != null && object.getString("Schema") != null) {
                names.add(new TableName(object.getString("Schema"), object.getString("Relation Name")).quoted());
            }
            object.fieldNames().forEach(name -> collect(object.getValue(name), names));
        }
    }

    private List<Finding> judge(Read read, String role) {
        boolean heard = derive.tables().contains(read.table());
        List<Finding> findings = new ArrayList<>();
        if (read.hidesRows() && !heard) {
            findings.add(Finding.refuse(
                    "policy_denied",
                    "row-level security of " + read.table() + " would hide rows from role " + role,
                    "ALTER ROLE " + Identifier.quote(role) + " BYPASSRLS, or let Godwit connect as the table's owner"));
        }
        if (!heard) {
            findings.add(
                    Finding.refuseToFollow(
                            "unwatched_table",
                            "derive.rows reads " + read.table() + ", whose changes nobody listens to",
                            "add it to derive.watch: {table: " + read.table()
                                    + ", entity: …}; without that, what changes in it during the run is found by the verification only, and the run cannot follow"));
        }
        return findings;
    }

    /** A row that has another identity each time it is computed would be inserted for ever. */
    private Uni<List<Finding>> determinism(DeriveModel model) {
        return database.probe(new DeriveSql(model).differing(100), row -> row.getLong("differing"))
                .map(answer -> answer instanceof Answer.Rows<Long> rows
                                && rows.rows().get(0) > 0
                        ? List.of(Finding.refuse(
                                "not_deterministic",
                                "derive.rows yields rows of another identity each time it is asked for the same entity",
                                "compute " + String.join(", ", derive.identity()) + " from what the tables hold"))
                        : List.of());
    }

    private static List<Finding> join(List<Finding> first, List<Finding> second) {
        List<Finding> joined = new ArrayList<>(first);
        joined.addAll(second);
        return joined;
    }
}
