package dev.godwit.migration.run;

import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.RunOnce.Direction;
import dev.godwit.migration.script.ScriptStatement;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** How far the statements of a run are: {@code godwit.statement}. Every method joins the caller's transaction, if there is one. */
final class StatementJournal {

    private static final String WRITE = """
            INSERT INTO godwit.statement (run_id, direction, number, label)
            SELECT $1, $2, s.number, s.label
              FROM unnest($3::text[]) WITH ORDINALITY AS s(label, number)
            ON CONFLICT DO NOTHING
            """;

    private static final String NEXT = """
            SELECT number, state, attempts, not_before <= clock_timestamp() AS due
              FROM godwit.statement
             WHERE run_id = $1
               AND direction = $2
               AND state <> 'done'
             ORDER BY number
             LIMIT 1
            """;

    private static final String BEGUN_ANY = """
            SELECT EXISTS (SELECT
                             FROM godwit.statement
                            WHERE run_id = $1
                              AND direction = 'up'
                              AND state <> 'pending') AS begun
            """;

    private static final String UNFINISHED = """
            SELECT direction, number, state
              FROM godwit.statement
             WHERE run_id = $1
               AND state IN ('begun', 'tidying')
            """;

    private static final String MARK = """
            UPDATE godwit.statement
               SET state = $4
             WHERE run_id = $1
               AND direction = $2
               AND number = $3
            """;

    private static final String DONE = """
            UPDATE godwit.statement
               SET state = 'done', batch = $4, outcome = $5, done_at = clock_timestamp()
             WHERE run_id = $1
               AND direction = $2
               AND number = ANY ($3)
            """;

    private static final String DELAY = """
            UPDATE godwit.statement
               SET attempts = attempts + 1, not_before = clock_timestamp() + $4 * interval '1 millisecond'
             WHERE run_id = $1
               AND direction = $2
               AND number = $3
            """;

    private static final String REST = """
            UPDATE godwit.statement
               SET attempts = 0, not_before = '-infinity'
             WHERE run_id = $1
            """;

    private StatementJournal() {}

    /**
     * The statement that is to be done now.
     *
     * @param begun whether somebody has sent it before, or is doing so
     * @param due whether it need not wait after a failure
     */
    record Next(int number, boolean begun, int attempts, boolean due) {

        private static Next fromRow(Row row) {
            return new Next(
                    row.getInteger("number"),
                    !"pending".equals(row.getString("state")),
                    row.getInteger("attempts"),
                    row.getBoolean("due"));
        }
    }

    /** A statement outside transactions that has not come to its end. */
    record Unfinished(Direction direction, int number, boolean tidying) {

        private static Unfinished fromRow(Row row) {
            return new Unfinished(
                    "up".equals(row.getString("direction")) ? Direction.UP : Direction.DOWN,
                    row.getInteger("number"),
                    "tidying".equals(row.getString("state")));
        }
    }

    static Uni<Void> write(SqlClient client, String run, Direction direction, List<ScriptStatement> script) {
        String[] labels =
                script.stream().map(statement -> statement.sql().label()).toArray(String[]::new);
        return client.preparedQuery(WRITE)
                .execute(Tuple.of(run, direction.wireName(), labels))
                .replaceWithVoid();
    }

    static Uni<Optional<Next>> next(SqlClient client, String run, Direction direction) {
        return client.preparedQuery(NEXT)
                .execute(Tuple.of(run, direction.wireName()))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .findFirst()
                        .map(Next::fromRow));
    }

    /** Whether anything of the script has been done or begun, so that there is something to undo. */
    static Uni<Boolean> hasBegun(SqlClient client, String run) {
        return client.preparedQuery(BEGUN_ANY)
                .execute(Tuple.of(run))
                .map(rows -> rows.iterator().next().getBoolean("begun"));
    }

    static Uni<Optional<Unfinished>> unfinished(SqlClient client, String run) {
        return client.preparedQuery(UNFINISHED).execute(Tuple.of(run)).map(rows -> StreamSupport.stream(
                        rows.spliterator(), false)
                .findFirst()
                .map(Unfinished::fromRow));
    }

    /** @param state pending, begun or tidying */
    static Uni<Void> mark(SqlConnection connection, String run, Direction direction, int number, String state) {
        return connection
                .preparedQuery(MARK)
                .execute(Tuple.of(run, direction.wireName(), number, state))
                .replaceWithVoid();
    }

    static Uni<Void> done(
            SqlConnection connection,
            String run,
            Direction direction,
            List<ScriptStatement> statements,
            long batch,
            OutcomeKind outcome) {
        Integer[] numbers = statements.stream().map(ScriptStatement::number).toArray(Integer[]::new);
        return connection
                .preparedQuery(DONE)
                .execute(Tuple.of(run, direction.wireName(), numbers, batch, outcome.wireName()))
                .replaceWithVoid();
    }

    static Uni<Void> delay(SqlClient client, String run, Direction direction, int number, Duration by) {
        return client.preparedQuery(DELAY)
                .execute(Tuple.of(run, direction.wireName(), number, by.toMillis()))
                .replaceWithVoid();
    }

    /** Attempts are counted anew once somebody resumes the run. */
    static Uni<Void> rest(SqlClient client, String run) {
        return client.preparedQuery(REST).execute(Tuple.of(run)).replaceWithVoid();
    }
}
