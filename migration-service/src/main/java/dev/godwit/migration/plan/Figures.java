package dev.godwit.migration.plan;

import dev.godwit.migration.batch.Vitals;
import dev.godwit.migration.batch.Vitals.Entities;
import dev.godwit.migration.definition.MeasureSql;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Asks queries of one number: of tables, and of entities with the keys that they should have. Use for one migration and once; entities are read once.
 *
 * <p>Transaction: each query has its own, which cannot write and is rolled back; the connection must not be in one. Failure semantics: what PostgreSQL refuses, or does not
 * answer in time, is an answer; fails only when the connection does.
 */
public final class Figures {

    private final SqlConnection connection;
    private final ReadOnly database;
    private final Optional<Vitals> vitals;
    private final int entitiesMax;
    private Optional<Entities> entities = Optional.empty();

    /**
     * For one connection.
     *
     * @param settings settings of each transaction, which policies and expressions may read
     * @param vitals knows the entities; empty where the operation gives no keys
     * @param entitiesMax entities that are read at most; of more, so many at random
     */
    public Figures(
            SqlConnection connection,
            Duration statementTimeout,
            Map<String, String> settings,
            Optional<Vitals> vitals,
            int entitiesMax) {
        this.connection = connection;
        this.database = new ReadOnly(connection, statementTimeout, settings);
        this.vitals = vitals;
        this.entitiesMax = entitiesMax;
    }

    /** Asks one query. */
    public Uni<Figure> ask(String sql) {
        if (vitals.isEmpty() || !MeasureSql.readsEntities(sql)) {
            return guarded(() -> number(MeasureSql.alone(sql), Tuple.tuple()), Figures::unknown);
        }
        return guarded(
                () -> entities(vitals.get()).chain(read -> number(
                                MeasureSql.over(read.sql(), sql),
                                Tuple.of(
                                        (Object) read.keys().toArray(String[]::new),
                                        read.newKeys().toArray(String[]::new)))
                        .map(figure -> figure.restingOn(read.keys().size(), read.of()))),
                Figures::unknown);
    }

    /**
     * Runs other work in the same kind of transaction.
     *
     * @param otherwise makes an answer of what PostgreSQL refuses
     */
    public <T> Uni<T> guarded(Supplier<Uni<T>> work, Refused<T> otherwise) {
        return database.transaction(work)
                .onFailure(failure -> PgErrors.sqlState(failure).isPresent())
                .recoverWithItem(failure -> PgErrors.isTimeout(failure)
                        ? otherwise.answer("timeout", "it took longer than it may")
                        : otherwise.answer("refused", "PostgreSQL says: " + PgErrors.describe(failure)));
    }

    /** An answer in place of the one that PostgreSQL did not give. */
    public interface Refused<T> {
        T answer(String reason, String detail);
    }

    private static Figure unknown(String reason, String detail) {
        return Figure.unknown(reason, detail);
    }

    private Uni<Entities> entities(Vitals known) {
        return entities.map(read -> Uni.createFrom().item(read))
                .orElseGet(() -> known.entities(connection, entitiesMax).invoke(read -> entities = Optional.of(read)));
    }

    private Uni<Figure> number(String sql, Tuple parameters) {
        return database.query(sql, parameters, Figures::value).map(Figures::one);
    }

    private record Value(Optional<Object> value, int columns) {}

    private static Value value(Row row) {
        return new Value(Optional.ofNullable(row.getValue(0)), row.size());
    }

    private static Figure one(List<Value> rows) {
        if (rows.size() != 1 || rows.get(0).columns() != 1) {
            return Figure.unknown("not_one_value", "the query must answer one row of one column");
        }
        return rows.get(0)
                .value()
                .map(Figures::number)
                .orElseGet(() -> Figure.unknown("no_value", "the query answered NULL"));
    }

    private static Figure number(Object value) {
        boolean number = value instanceof Number found && Double.isFinite(found.doubleValue());
        return number
                ? Figure.of(((Number) value).doubleValue())
                : Figure.unknown("not_a_number", "the query answered no number");
    }
}
