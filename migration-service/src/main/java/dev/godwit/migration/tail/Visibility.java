package dev.godwit.migration.tail;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collection;

/**
 * Waits until what events tell of can be seen. Decoding happens at commit, before the transaction leaves the list of those in progress; while a synchronous standby hangs
 * it stays there. So "not visible yet" never means "deleted".
 */
@ApplicationScoped
class Visibility {

    private static final Duration PAUSE = Duration.ofMillis(5);

    /** Events carry 32 bits of the transaction's id; the rest follows from the present, for events younger than two thousand million transactions. */
    private static final String ALL_VISIBLE = """
            SELECT coalesce(bool_and(pg_visible_in_snapshot(
                       (m.next + (((x.id - (m.next & 4294967295) + 2147483648) & 4294967295) - 2147483648))::text::xid8,
                       pg_current_snapshot())), true) AS visible
              FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS m,
                   unnest($1::bigint[]) AS x(id)
            """;

    private final Pool pool;

    @Inject
    Visibility(Pool pool) {
        this.pool = pool;
    }

    /** Completes once every one of these transactions is visible to new snapshots. */
    Uni<Void> of(Collection<Long> transactions) {
        if (transactions.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Tuple ids = Tuple.of((Object) transactions.toArray(Long[]::new));
        boolean[] visible = {false};
        return Multi.createBy()
                .repeating()
                .uni(() -> pool.preparedQuery(ALL_VISIBLE)
                        .execute(ids)
                        .invoke(rows -> visible[0] = rows.iterator().next().getBoolean("visible"))
                        .chain(() -> visible[0]
                                ? Uni.createFrom().item(true)
                                : Uni.createFrom()
                                        .item(false)
                                        .onItem()
                                        .delayIt()
                                        .by(PAUSE)))
                .until(seen -> seen)
                .onItem()
                .ignoreAsUni();
    }
}
