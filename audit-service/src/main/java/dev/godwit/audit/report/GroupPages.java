package dev.godwit.audit.report;

import dev.godwit.audit.trail.Outcome;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Reads a run's groups page by page, the largest first. While events come in groups grow, and one may be seen on two pages or on none. */
@ApplicationScoped
class GroupPages {

    /** So many groups stand in a report. */
    static final int IN_REPORT = 1_000;

    private static final int STREAM_PAGE = 1_000;

    private static final String COLUMNS = """
            SELECT columns, (SELECT count(*) FROM run_group g WHERE g.run = s.run AND g.total > 0) AS number
              FROM run_summary s
             WHERE s.run = $1
            """;

    private static final String PAGE = """
            SELECT digest, place::text AS place, total, migrated, unchanged, skipped, conflict, failed, reverted, diverged
              FROM run_group
             WHERE run = $1
               AND total > 0
               AND total <= $2
               AND (total < $2 OR digest > $3)
             ORDER BY total DESC, digest
             LIMIT $4
            """;

    private final Pool pool;

    GroupPages(Pool pool) {
        this.pool = pool;
    }

    /** A group and where it stands. */
    record Placed(GroupCursor cursor, RunGroups.Counted group) {

        private static Placed fromRow(Row row) {
            Map<String, Long> counts = new LinkedHashMap<>();
            Outcome.KINDS.forEach(kind -> counts.put(kind, row.getLong(kind)));
            long total = row.getLong("total");
            return new Placed(
                    new GroupCursor(total, row.getUUID("digest")),
                    new RunGroups.Counted(values(row.getString("place")), total, counts));
        }

        private static List<String> values(String place) {
            if (place == null) {
                return null;
            }
            List<String> values = new ArrayList<>();
            new JsonArray(place).forEach(value -> values.add((String) value));
            return Collections.unmodifiableList(values);
        }
    }

    /** The columns by which the run's entities are grouped, the number of groups and none of them; empty where the definition names no columns, or nothing has come. */
    Uni<Optional<RunGroups>> head(String run) {
        return pool.preparedQuery(COLUMNS).execute(Tuple.of(run)).map(rows -> {
            Optional<RunGroups> head = Optional.empty();
            for (Row row : rows) {
                head = Optional.of(new RunGroups(
                        List.copyOf(Arrays.asList(row.getArrayOfStrings("columns"))),
                        row.getLong("number"),
                        List.of()));
            }
            return head;
        });
    }

    /** The same with the largest groups. */
    Uni<Optional<RunGroups>> largest(String run) {
        return head(run)
                .chain(head -> head.isEmpty()
                        ? Uni.createFrom().item(head)
                        : page(run, GroupCursor.START, IN_REPORT)
                                .map(page -> Optional.of(new RunGroups(
                                        head.get().columns(),
                                        head.get().number(),
                                        page.stream().map(Placed::group).toList()))));
    }

    Uni<List<Placed>> page(String run, GroupCursor after, int limit) {
        return pool.preparedQuery(PAGE)
                .execute(Tuple.of(run, after.total(), after.digest(), limit))
                .map(rows -> {
                    List<Placed> page = new ArrayList<>(rows.size());
                    rows.forEach(row -> page.add(Placed.fromRow(row)));
                    return page;
                });
    }

    /** All groups, a page in memory at a time. */
    Multi<List<RunGroups.Counted>> all(String run) {
        return Multi.createBy()
                .repeating()
                .uni(() -> new AtomicReference<>(GroupCursor.START), cursor -> page(run, cursor.get(), STREAM_PAGE)
                        .invoke(page -> {
                            if (!page.isEmpty()) {
                                cursor.set(page.get(page.size() - 1).cursor());
                            }
                        }))
                .whilst(page -> page.size() == STREAM_PAGE)
                .map(page -> page.stream().map(Placed::group).toList());
    }
}
