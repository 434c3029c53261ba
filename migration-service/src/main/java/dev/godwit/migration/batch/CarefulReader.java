package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads rows with expressions of a definition that a single row can spoil, or that are too large together: what cannot be read together is read in halves, until the row stands alone.
 *
 * <p>Transaction: joins the caller's, which survives by a savepoint.
 *
 * @param <T> what is read
 */
final class CarefulReader<T> {

    /** What reads, and what the parts of it are put together to. */
    interface Source<T> {

        /** Reads a selection; may fail for one of its rows. */
        Uni<T> read(Selection selection);

        /** Keys of a selection, with no expression of the definition evaluated. */
        Uni<List<String>> keys(Selection selection);

        /** What is read where there are no rows. */
        T none();

        /** What is known of the row that cannot be read. */
        T failed(String key, Throwable failure);

        T both(T first, T second);
    }

    /** What reads a list. */
    interface ListSource<E> extends Source<List<E>> {

        @Override
        default List<E> none() {
            return List.of();
        }

        @Override
        default List<E> both(List<E> first, List<E> second) {
            return Stream.concat(first.stream(), second.stream()).toList();
        }
    }

    private final SqlConnection connection;
    private final Source<T> source;

    CarefulReader(SqlConnection connection, Source<T> source) {
        this.connection = connection;
        this.source = source;
    }

    /** Reads all, whatever the data; fails for what is not a row's fault. */
    Uni<T> read(Selection selection) {
        return connection
                .query("SAVEPOINT godwit_read")
                .execute()
                .chain(() -> source.read(selection))
                .call(() -> connection.query("RELEASE SAVEPOINT godwit_read").execute())
                .onFailure(failure ->
                        failure instanceof TooLargeException || PgErrors.classify(failure) == ErrorClass.DATA)
                .recoverWithUni(failure -> connection
                        .query("ROLLBACK TO SAVEPOINT godwit_read")
                        .execute()
                        .chain(() -> source.keys(selection))
                        .chain(keys -> readParts(keys, failure)));
    }

    private Uni<T> readParts(List<String> keys, Throwable failure) {
        if (keys.isEmpty()) {
            return Uni.createFrom().item(source.none());
        }
        if (keys.size() == 1) {
            return Uni.createFrom().item(source.failed(keys.get(0), failure));
        }
        int half = keys.size() / 2;
        return read(new Selection.Keys(keys.subList(0, half)))
                .chain(first -> read(new Selection.Keys(keys.subList(half, keys.size())))
                        .map(second -> source.both(first, second)));
    }
}
