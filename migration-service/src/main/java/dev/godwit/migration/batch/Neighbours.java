package dev.godwit.migration.batch;

import dev.godwit.migration.operation.rekey.EntityRow;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rows beyond a selection without which it cannot be decided: those that stand on wanted keys, those that stand on the keys which these want, and so on; and all
 * members of duplicate groups.
 *
 * <p>A chain may be as long as the table. What a batch follows of chains is bounded; entities whose way is not seen to its end wait, and so does the first row that was
 * not looked at. From there the chain is followed further in a later batch, so that chains are worked off from their ends, in order.
 */
final class Neighbours {

    /** Links of a chain that one batch follows: each costs a round trip while the rows before it are locked. */
    static final int LINKS_MAX = 1000;

    /** Rows that one batch takes along; a circle must fit, since it can only be turned as a whole. */
    private static final int ROWS_MAX = 5000;

    /** OFFSET 0: two look-ups per key, whatever the planner believes of a table that was filled a moment ago. */
    private static final String MEMBERS = """
            SELECT DISTINCT other.member
              FROM unnest($2::text[]) AS k(key)
             CROSS JOIN LATERAL (SELECT d.group_no FROM godwit.duplicate AS d WHERE d.run_id = $1 AND d.member = k.key OFFSET 0) AS mine
             CROSS JOIN LATERAL (SELECT d.member FROM godwit.duplicate AS d WHERE d.run_id = $1 AND d.group_no = mine.group_no OFFSET 0) AS other
            """;

    private final RekeyRun run;
    private final SqlConnection connection;
    private final Map<String, EntityRow> selected;
    private final Map<String, EntityRow> rows = new LinkedHashMap<>();
    private final Set<String> wanted = new LinkedHashSet<>();
    private final Set<String> members = new LinkedHashSet<>();
    private final Set<String> beyond = new LinkedHashSet<>();
    private int links;

    Neighbours(RekeyRun run, SqlConnection connection, Map<String, EntityRow> selected) {
        this.run = run;
        this.connection = connection;
        this.selected = selected;
    }

    /** Reads until no new rows turn up, or the bound is reached. */
    Uni<Void> read() {
        return want(selected.values()).chain(() -> Multi.createBy()
                .repeating()
                .uni(this::readFrontier)
                .whilst(more -> more)
                .onItem()
                .ignoreAsUni());
    }

    Map<String, EntityRow> rows() {
        return rows;
    }

    /** Wanted keys that were not looked at. */
    Set<String> beyond() {
        return beyond;
    }

    /** Keys of rows, selected ones included, that want a key which was not looked at: they cannot move in this batch. */
    Set<String> unresolved() {
        return Stream.concat(selected.values().stream(), rows.values().stream())
                .filter(row -> row.newKey().filter(beyond::contains).isPresent())
                .map(EntityRow::key)
                .collect(Collectors.toSet());
    }

    private Uni<Boolean> readFrontier() {
        Set<String> keys = new LinkedHashSet<>(members);
        if (links < LINKS_MAX && rows.size() < ROWS_MAX) {
            links++;
            keys.addAll(wanted);
        } else {
            beyond.addAll(wanted);
        }
        wanted.clear();
        members.clear();
        if (keys.isEmpty()) {
            return Uni.createFrom().item(false);
        }
        return new EntityReader(run, connection)
                .read(keys, run.commit())
                .invoke(found -> found.forEach(row -> rows.put(row.key(), row)))
                .chain(this::want)
                .replaceWith(true);
    }

    private Uni<Void> want(Collection<EntityRow> read) {
        read.stream()
                .filter(row -> row.inScope() && !row.isSettled())
                .flatMap(row -> row.newKey().stream())
                .filter(this::isUnknown)
                .forEach(wanted::add);
        if (!run.duplicates() || read.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        String[] keys = read.stream().map(EntityRow::key).toArray(String[]::new);
        return connection
                .preparedQuery(MEMBERS)
                .execute(Tuple.of(run.runId(), keys))
                .invoke(found -> found.forEach(row -> {
                    if (isUnknown(row.getString("member"))) {
                        members.add(row.getString("member"));
                    }
                }))
                .replaceWithVoid();
    }

    private boolean isUnknown(String key) {
        return !selected.containsKey(key) && !rows.containsKey(key) && !beyond.contains(key);
    }

    /** Keys of everything known, the selection first. */
    List<EntityRow> all() {
        return Stream.concat(selected.values().stream(), rows.values().stream()).toList();
    }
}
