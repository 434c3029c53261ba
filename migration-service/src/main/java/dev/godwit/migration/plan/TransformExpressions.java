package dev.godwit.migration.plan;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.TransformDefinition;
import dev.godwit.migration.functions.FunctionSchema;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lets PostgreSQL check the expressions of a transform, by planning statements that hold them; none is executed. Functions that the definition brings along are made for
 * that, in a transaction that is rolled back.
 */
final class TransformExpressions {

    private final SqlConnection connection;
    private final Definition definition;
    private final TransformDefinition transform;

    TransformExpressions(SqlConnection connection, Definition definition, TransformDefinition transform) {
        this.connection = connection;
        this.definition = definition;
        this.transform = transform;
    }

    /**
     * A statement to be planned.
     *
     * @param place where its expression stands in the file
     */
    private record Question(String place, String sql) {}

    Uni<List<Finding>> find() {
        return connection
                .query("BEGIN")
                .execute()
                .chain(() -> ask(lasting()))
                .chain(refused ->
                        refused.isEmpty() ? install() : Uni.createFrom().item(refused))
                .chain(refused ->
                        refused.isEmpty() ? ask(passing()) : Uni.createFrom().item(refused))
                .onItemOrFailure()
                .call((item, failure) -> connection.query("ROLLBACK").execute());
    }

    private Uni<List<Finding>> install() {
        if (transform.functions().isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        FunctionSchema functions = new FunctionSchema(transform.functions().get());
        String file = transform.functions().get().name();
        return functions
                .look(connection)
                .chain(state -> switch (state) {
                    case ABSENT -> functions.install(connection);
                    case STALE -> functions.replace(connection);
                    case INSTALLED, FORBIDDEN, OTHER_VERSION, TAKEN ->
                        Uni.createFrom().voidItem();
                })
                .replaceWith(List.<Finding>of())
                .onFailure(
                        failure -> PgErrors.sqlState(failure).isPresent() || failure instanceof IllegalStateException)
                .recoverWithItem(failure -> List.of(Finding.refuse(
                        "invalid_functions",
                        file + " cannot be installed: " + PgErrors.describe(failure),
                        "correct the file; it holds CREATE FUNCTION statements")));
    }

    private Uni<List<Finding>> ask(List<Question> questions) {
        return Multi.createFrom()
                .iterable(questions)
                .onItem()
                .transformToUniAndConcatenate(this::ask)
                .onItem()
                .<Finding>transformToIterable(found -> found)
                .collect()
                .asList();
    }

    private Uni<List<Finding>> ask(Question question) {
        return connection
                .query("SAVEPOINT godwit_question")
                .execute()
                .chain(() -> connection.query("EXPLAIN " + question.sql()).execute())
                .replaceWith(List.<Finding>of())
                .onFailure(failure -> PgErrors.sqlState(failure).isPresent())
                .recoverWithItem(failure -> List.of(Finding.refuse(
                        "invalid_expression",
                        question.place() + ": PostgreSQL says: " + PgErrors.describe(failure),
                        "correct the expression; it sees the columns of " + transform.table())))
                .call(() -> connection
                        .query("ROLLBACK TO SAVEPOINT godwit_question")
                        .execute());
    }

    /** What is asked before functions are made: a constraint outlives them. */
    private List<Question> lasting() {
        return transform
                .constraint()
                .map(swap -> List.of(
                        condition("transform.constraint.from", swap.from()),
                        condition("transform.constraint.to", swap.to())))
                .orElse(List.of());
    }

    private List<Question> passing() {
        List<Question> questions = new ArrayList<>();
        questions.add(condition("transform.where", transform.where()));
        questions.add(condition("transform.pending", transform.pending()));
        transform
                .set()
                .forEach((column, expression) -> questions.add(new Question(
                        "transform.set." + column,
                        "UPDATE " + table() + " SET " + Identifier.quote(column) + " = (" + expression + ")")));
        definition.verify().forEach(check -> questions.add(new Question("verify '" + check.name() + "'", check.sql())));
        MeasureQueries.of(definition, Optional.empty())
                .forEach(query -> questions.add(new Question(query.key(), query.sql())));
        definition.require().forEach(need -> questions.add(new Question("require '" + need.name() + "'", need.sql())));
        return questions;
    }

    private String table() {
        return transform.table().quoted() + " AS "
                + Identifier.quote(transform.table().name());
    }

    private Question condition(String place, String expression) {
        return new Question(place, "SELECT FROM " + table() + " WHERE (" + expression + ")");
    }
}
