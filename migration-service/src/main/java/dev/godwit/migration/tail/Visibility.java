package dev.godwit.migration.tail;

import dev.godwit.migration.tail.HeardDatabases.Heard;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Waits until what events tell of can be seen. Decoding happens at commit, before the transaction leaves the list of those in progress; while a synchronous standby hangs
 * it stays there. So "not visible yet" never means "deleted".
 */
@ApplicationScoped
class Visibility {

    private static final Duration PAUSE = Duration.ofMillis(5);

    /** After this many looks, about a second, the wait is long enough to ask whether it can end at all. */
    private static final int LOOKS_BEFORE_DOUBT = 200;

    /** Events carry 32 bits of the transaction's id; the rest follows from the present, for events younger than two thousand million transactions. */
    private static final String ALL_VISIBLE = """
            SELECT coalesce(bool_and(pg_visible_in_snapshot(
                       (m.next + (((x.id - (m.next & 4294967295) + 2147483648) & 4294967295) - 2147483648))::text::xid8,
                       pg_current_snapshot())), true) AS visible
              FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS m,
                   unnest($1::bigint[]) AS x(id)
            """;

    /** A transaction had its id before its event existed. So an id that is not even given out yet is of another history of this database. */
    private static final String OF_THIS_HISTORY = """
            SELECT coalesce(array_agg(x.id) FILTER (WHERE ((x.id - (m.next & 4294967295) + 2147483648) & 4294967295) - 2147483648 < 0), '{}') AS known
              FROM (SELECT pg_current_xact_id()::text::bigint AS next) AS m,
                   unnest($1::bigint[]) AS x(id)
            """;

    private final CaptureSource source;
    private final Gaps gaps;

    @Inject
    Visibility(CaptureSource source, Gaps gaps) {
        this.source = source;
        this.gaps = gaps;
    }

    /**
     * Completes once every one of these transactions of a database is visible to new snapshots. One that never will be, since a failover lost it, is not waited for: the rows are read
     * as they are, and runs in hand scan their tables once more.
     */
    Uni<Void> of(Heard database, Collection<Long> transactions) {
        if (transactions.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Long[] ids = transactions.toArray(Long[]::new);
        boolean[] visible = {false};
        int[] looks = {0};
        return Multi.createBy()
                .repeating()
                .uni(() -> allVisible(database, ids).invoke(seen -> visible[0] = seen))
                .until(seen -> seen || ++looks[0] > LOOKS_BEFORE_DOUBT)
                .onItem()
                .ignoreAsUni()
                .chain(() -> visible[0] ? Uni.createFrom().voidItem() : doubt(database, ids));
    }

    private static Uni<Boolean> allVisible(Heard database, Long[] ids) {
        return database.query(ALL_VISIBLE, (Object) ids)
                .map(rows -> rows.iterator().next().getBoolean("visible"))
                .chain(visible -> visible
                        ? Uni.createFrom().item(true)
                        : Uni.createFrom().item(false).onItem().delayIt().by(PAUSE));
    }

    private Uni<Void> doubt(Heard database, Long[] ids) {
        return source.look(database)
                .chain(() -> database.query(OF_THIS_HISTORY, (Object) ids))
                .map(rows -> List.of(rows.iterator().next().getArrayOfLongs("known")))
                .call(known -> known.size() == ids.length
                        ? Uni.createFrom().voidItem()
                        : gaps.found(database, "an event tells of a transaction that this server never began"))
                .chain(known -> of(database, known));
    }
}
