package dev.godwit.migration.run;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which commands were done, by id; those that were rejected are there too.
 *
 * <p>Idempotency: a command's id is written before its work, in the same transaction. Whoever brings the same id meanwhile waits for that transaction and then finds it
 * done; when it fails, the id is free again.
 */
@ApplicationScoped
class CommandLog {

    private static final String KNOWN = "SELECT run_id, code, message FROM godwit.command WHERE id = $1";

    private static final String CLAIM = """
            INSERT INTO godwit.command (id, type, traceparent)
            VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING
            """;

    private static final String ABOUT = "UPDATE godwit.command SET run_id = $2 WHERE id = $1";

    private final Runs runs;

    @Inject
    CommandLog(Runs runs) {
        this.runs = runs;
    }

    /**
     * The run that the command was about, if it was done before.
     *
     * @return fails with the {@link Refusal} of then if it was rejected
     */
    Uni<Optional<String>> find(String commandId) {
        return runs.execute(KNOWN, commandId).map(CommandLog::read);
    }

    private static Optional<String> read(RowSet<Row> rows) {
        if (rows.size() == 0) {
            return Optional.empty();
        }
        Row row = rows.iterator().next();
        if (row.getString("code") != null) {
            throw new Refusal(Refusal.Kind.CONFLICT, row.getString("code"), row.getString("message"));
        }
        return Optional.of(row.getString("run_id"));
    }

    /** Does {@code work}, which answers the run it is about, unless the command was done before. */
    Uni<String> once(String commandId, String type, Function<SqlConnection, Uni<String>> work) {
        return once(commandId, type, Optional.empty(), work);
    }

    /** The same for a command that was received within a span. */
    Uni<String> once(
            String commandId, String type, Optional<String> traceparent, Function<SqlConnection, Uni<String>> work) {
        return runs.inTransaction(connection -> connection
                .preparedQuery(CLAIM)
                .execute(Tuple.of(commandId, type, traceparent.orElse(null)))
                .chain(claimed -> claimed.rowCount() == 0
                        ? known(connection, commandId)
                        : work.apply(connection).call(run -> about(connection, commandId, run))));
    }

    /**
     * Takes the id for work on a run that joins the caller's transaction.
     *
     * @return fails with a {@link Refusal} when the command was done meanwhile; {@link #find} then says so
     */
    static Uni<Void> claim(
            SqlConnection connection, String commandId, String type, String run, Optional<String> traceparent) {
        return connection
                .preparedQuery(CLAIM)
                .execute(Tuple.of(commandId, type, traceparent.orElse(null)))
                .invoke(claimed -> {
                    if (claimed.rowCount() == 0) {
                        throw new Refusal(
                                Refusal.Kind.CONFLICT,
                                "command_handled",
                                "command '" + commandId + "' was done before");
                    }
                })
                .chain(() -> about(connection, commandId, run));
    }

    private static Uni<String> known(SqlConnection connection, String commandId) {
        return connection.preparedQuery(KNOWN).execute(Tuple.of(commandId)).map(rows -> read(rows)
                .orElseThrow());
    }

    private static Uni<Void> about(SqlConnection connection, String commandId, String run) {
        return connection.preparedQuery(ABOUT).execute(Tuple.of(commandId, run)).replaceWithVoid();
    }
}
