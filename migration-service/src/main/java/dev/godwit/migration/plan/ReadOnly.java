package dev.godwit.migration.plan;

import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;

/**
 * Queries in transactions that cannot write and are always rolled back.
 *
 * <p>Transaction: each probe opens and ends its own, so the connection must not be in one.
 */
public final class ReadOnly {

    private final SqlConnection connection;
    private final Duration statementTimeout;
    private final Map<String, String> settings;

    /**
     * For one connection.
     *
     * @param settings settings of each transaction, which policies and expressions may read
     */
    public ReadOnly(SqlConnection connection, Duration statementTimeout, Map<String, String> settings) {
        this.connection = connection;
        this.statementTimeout = statementTimeout;
        this.settings = settings;
    }

    /** What a probe came to. */
    sealed interface Answer<T> {

        /** PostgreSQL answered. */
        record Rows<T>(List<T> rows) implements Answer<T> {}

        /** PostgreSQL refused, for this reason. */
        record Refused<T>(String reason) implements Answer<T> {}

        /** It took longer than it may. */
        record TooLong<T>() implements Answer<T> {}
    }

    /** Runs one statement; answers PostgreSQL's refusal as a value, fails only when the connection does. */
    <T> Uni<Answer<T>> probe(String sql, Tuple parameters, Function<Row, T> mapper) {
        return transaction(() -> connection
                .preparedQuery(sql)
                .execute(parameters)
                .<Answer<T>>map(rows -> new Answer.Rows<>(list(rows, mapper)))
                .onFailure(failure -> PgErrors.sqlState(failure).isPresent())
                .recoverWithItem(ReadOnly::refusal));
    }

    <T> Uni<Answer<T>> probe(String sql, Function<Row, T> mapper) {
        return probe(sql, Tuple.tuple(), mapper);
    }

    /** Runs one statement that is known to be right; fails when PostgreSQL refuses it. */
    <T> Uni<List<T>> query(String sql, Tuple parameters, Function<Row, T> mapper) {
        return connection.preparedQuery(sql).execute(parameters).map(rows -> list(rows, mapper));
    }

    private static <T> Answer<T> refusal(Throwable failure) {
        return PgErrors.isTimeout(failure) ? new Answer.TooLong<>() : new Answer.Refused<>(PgErrors.describe(failure));
    }

    /** Runs the work in a transaction of its own, ended by ROLLBACK whatever happens. */
    public <T> Uni<T> transaction(Supplier<Uni<T>> work) {
        return connection
                .query("BEGIN TRANSACTION READ ONLY")
                .execute()
                .chain(this::configure)
                .chain(work::get)
                .onItemOrFailure()
                .call((item, failure) -> connection.query("ROLLBACK").execute());
    }

    private Uni<Void> configure() {
        Uni<Void> configured = connection
                .query("SET LOCAL statement_timeout = " + statementTimeout.toMillis())
                .execute()
                .replaceWithVoid();
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            configured = configured.chain(() -> connection
                    .preparedQuery("SELECT pg_catalog.set_config($1, $2, true)")
                    .execute(Tuple.of(setting.getKey(), setting.getValue()))
                    .replaceWithVoid());
        }
        return configured;
    }

    private static <T> List<T> list(RowSet<Row> rows, Function<Row, T> mapper) {
        return StreamSupport.stream(rows.spliterator(), false).map(mapper).toList();
    }
}
