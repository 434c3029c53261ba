package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.quote;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks keys up in a run's identity map. A key is translated only while the root has no row with it: another entity may have taken it since. An entity that moved twice
 * is followed to where it is now.
 */
final class Identities {

    private static final int HOPS_MAX = 16;

    private final RekeyRun run;
    private final SqlConnection connection;
    private final boolean back;
    private final Set<String> merged = new HashSet<>();

    Identities(RekeyRun run, SqlConnection connection, boolean back) {
        this.run = run;
        this.connection = connection;
        this.back = back;
    }

    /** The column of the map that holds the keys to look for. */
    String keyColumn() {
        return back ? "new_key" : "old_key";
    }

    /** Looked-up keys whose new key several entities came to share by a merge: their translation has no inverse. */
    Set<String> merged() {
        return Set.copyOf(merged);
    }

    /**
     * {@link #translations}, while the entities that have these keys, or that translations lead to, are kept from moving until the transaction ends; waits for those that are about to. In the
     * order of their keys, so that batches queue instead of deadlocking.
     */
    Uni<Map<String, String>> heldTranslations(Collection<String> keys) {
        return heldTranslations(keys, keys, new HashSet<>());
    }

    private Uni<Map<String, String>> heldTranslations(
            Collection<String> keys, Collection<String> holding, Set<String> held) {
        held.addAll(holding);
        String[] possible =
                holding.stream().filter(run.model().keyType()::canBe).toArray(String[]::new);
        return connection
                .preparedQuery(hold())
                .execute(Tuple.of((Object) possible))
                .chain(() -> translations(keys))
                .chain(map -> held.containsAll(map.values())
                        ? Uni.createFrom().item(map)
                        : heldTranslations(keys, map.values(), held));
    }

    private String hold() {
        String key = "r." + quote(run.model().key());
        return "SELECT FROM " + run.model().root().quoted() + " AS r\n"
                + " WHERE " + key + " = ANY (" + run.model().keyType().array(1) + ")\n"
                + " ORDER BY " + key + "\n"
                + "   FOR KEY SHARE";
    }

    /** The translations of those keys that have one. */
    Uni<Map<String, String>> translations(Collection<String> keys) {
        return step(keys).chain(first -> follow(first, 1));
    }

    private Uni<Map<String, String>> follow(Map<String, String> map, int hops) {
        List<String> ends = map.values().stream().distinct().toList();
        if (ends.isEmpty() || hops >= HOPS_MAX || back) {
            return Uni.createFrom().item(map);
        }
        return step(ends).chain(next -> {
            if (next.isEmpty()) {
                return Uni.createFrom().item(map);
            }
            Map<String, String> further = new HashMap<>();
            map.forEach((from, to) -> {
                further.put(from, next.getOrDefault(to, to));
                if (merged.contains(to)) {
                    merged.add(from);
                }
            });
            return follow(further, hops + 1);
        });
    }

    private Uni<Map<String, String>> step(Collection<String> keys) {
        return connection
                .preparedQuery(lookup())
                .execute(Tuple.of(run.runId(), keys.toArray(String[]::new)))
                .map(rows -> {
                    Map<String, String> found = new HashMap<>();
                    rows.forEach(row -> {
                        found.put(row.getString("looked_up"), row.getString("translation"));
                        if (row.getBoolean("merged")) {
                            merged.add(row.getString("looked_up"));
                        }
                    });
                    return found;
                });
    }

    /**
     * Forwards the last move of a key counts. Backwards the first: when a duplicate that came later was merged and took the key over, references of before belong to the
     * entity that had it first.
     */
    private String lookup() {
        String from = keyColumn();
        String to = back ? "old_key" : "new_key";
        String restored = back ? "   AND NOT i.merged\n   AND EXISTS (" + rootHas(to) + ")\n" : "";
        return "SELECT DISTINCT ON (i." + from + ") i." + from + " AS looked_up, i." + to
                + " AS translation,\n"
                + "       EXISTS (SELECT FROM godwit.identity AS j WHERE j.run_id = i.run_id AND j.relation = 0"
                + " AND j.new_key = i.new_key AND j.merged) AS merged\n"
                + "  FROM godwit.identity AS i\n"
                + " WHERE i.run_id = $1\n"
                + "   AND i.relation = 0\n"
                + "   AND i." + from + " = ANY ($2::text[])\n"
                + "   AND i.old_key <> i.new_key\n"
                + "   AND NOT EXISTS (" + rootHas(from) + ")\n" + restored
                + " ORDER BY i." + from + ", godwit.undo_order_of($1, i.batch) " + (back ? "ASC" : "DESC");
    }

    private String rootHas(String column) {
        return "SELECT FROM " + run.model().root().quoted() + " AS r WHERE r."
                + quote(run.model().key()) + " = (i." + column + ")::"
                + run.model().keyType().castName();
    }
}
