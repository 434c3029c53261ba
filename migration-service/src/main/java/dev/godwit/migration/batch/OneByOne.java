package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Writes rows of which some cannot be written, each by itself, so that these keep none of the others back. Transaction: joins the caller's.
 *
 * <p>Rows are tried within savepoints first, which tells the two kinds apart, and then written once more without: a row shows the id of the subtransaction that wrote it,
 * and what a run wrote is known by the ids of its batches.
 *
 * @param <T> what names a row
 */
final class OneByOne<T> {

    private final SqlConnection connection;
    private final Map<T, Throwable> failures = new LinkedHashMap<>();

    OneByOne(SqlConnection connection) {
        this.connection = connection;
    }

    /**
     * Writes, and answers what became of the rows.
     *
     * @param write writes one row; may be done twice for one that succeeds
     */
    Uni<List<Outcome>> write(
            List<T> rows, Function<T, Uni<List<Outcome>>> write, BiFunction<T, Throwable, Outcome> failed) {
        List<Outcome> outcomes = new ArrayList<>();
        return execute("SET CONSTRAINTS ALL IMMEDIATE")
                .chain(() -> execute("SAVEPOINT godwit_rows"))
                .chain(() -> each(rows, row -> attempt(row, write)))
                .chain(() -> execute("ROLLBACK TO SAVEPOINT godwit_rows"))
                .invoke(() -> failures.forEach((row, failure) -> outcomes.add(failed.apply(row, failure))))
                .chain(() -> each(
                        rows.stream().filter(row -> !failures.containsKey(row)).toList(),
                        row -> write.apply(row).invoke(outcomes::addAll).replaceWithVoid()))
                .replaceWith(outcomes);
    }

    private Uni<Void> attempt(T row, Function<T, Uni<List<Outcome>>> write) {
        return execute("SAVEPOINT godwit_row")
                .chain(() -> write.apply(row))
                .chain(() -> execute("RELEASE SAVEPOINT godwit_row"))
                .onFailure(OneByOne::isOfRow)
                .recoverWithUni(failure -> {
                    failures.put(row, failure);
                    return execute("ROLLBACK TO SAVEPOINT godwit_row");
                });
    }

    private static boolean isOfRow(Throwable failure) {
        ErrorClass error = PgErrors.classify(failure);
        return error != ErrorClass.UNAVAILABLE && error != ErrorClass.STATEMENT;
    }

    private Uni<Void> each(List<T> rows, Function<T, Uni<Void>> work) {
        return Multi.createFrom()
                .iterable(rows)
                .onItem()
                .transformToUniAndConcatenate(work::apply)
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> execute(String sql) {
        return connection.query(sql).execute().replaceWithVoid();
    }
}
