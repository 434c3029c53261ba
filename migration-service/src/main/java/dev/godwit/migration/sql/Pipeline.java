package dev.godwit.migration.sql;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.tuples.Tuple2;
import java.util.List;
import java.util.function.Supplier;

/**
 * Statements of one session that are sent without waiting for each other's answers. The server takes them in the order in which they were sent; in a transaction, whatever
 * comes after one that failed fails too. A transaction that waits for each answer spends most of its time on the way, with its locks held.
 *
 * <p>Only for statements that need nothing of each other's answers. Each of the first is one statement, sent when it is subscribed to; of a chain only its first statement
 * would be sent before what follows.
 */
public final class Pipeline {

    private Pipeline() {}

    /** Sends all, in this order; fails with the first failure. */
    public static Uni<Void> of(List<Uni<?>> statements) {
        return statements.isEmpty()
                ? Uni.createFrom().voidItem()
                : Uni.combine().all().unis(statements).discardItems();
    }

    /** Sends {@code first} and begins {@code then} at once; answers what that came to when both have succeeded, and fails with the first failure. */
    public static <T> Uni<T> of(List<Uni<?>> first, Supplier<Uni<T>> then) {
        return Uni.combine()
                .all()
                .unis(of(first), Uni.createFrom().deferred(then::get))
                .asTuple()
                .map(Tuple2::getItem2);
    }
}
