package dev.godwit.migration.batch;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;

/** What a batch writes down to be undone exactly. Transaction: joins the batch's. */
final class RekeyJournal {

    private static final String IDENTITIES = """
            INSERT INTO godwit.identity (run_id, relation, old_key, new_key, batch, merged)
            SELECT $1, $2, t.old, t.new, $3, t.merged
              FROM unnest($4::text[], $5::text[], $6::boolean[]) AS t(old, new, merged)
            """;

    private static final String IMAGE = """
            INSERT INTO godwit.journal (run_id, batch, position, action, relation, columns, before, after, key)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """;

    private final RekeyRun run;
    private final SqlConnection connection;
    private final long batch;
    private int position;

    RekeyJournal(RekeyRun run, SqlConnection connection, long batch) {
        this.run = run;
        this.connection = connection;
        this.batch = batch;
    }

    /** An entry of the identity map; {@code merged}: the new key is the survivor's, so the map has no inverse there. */
    record Identity(String oldKey, String newKey, boolean merged) {}

    /** Journals key changes of the root (relation 0) or a derived child. */
    Uni<Void> identities(int relation, List<Identity> entries) {
        if (entries.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Tuple row = Tuple.tuple()
                .addString(run.runId())
                .addInteger(relation)
                .addLong(batch)
                .addArrayOfString(entries.stream().map(Identity::oldKey).toArray(String[]::new))
                .addArrayOfString(entries.stream().map(Identity::newKey).toArray(String[]::new))
                .addArrayOfBoolean(entries.stream().map(Identity::merged).toArray(Boolean[]::new));
        return connection.preparedQuery(IDENTITIES).execute(row).replaceWithVoid();
    }

    /** Journals the keys that changed in every derived child of a step, from the keys that the rows had before one of them stepped aside. */
    Uni<Void> derivedIdentities(DerivedKeys.Maps maps, KeysAside aside) {
        return Multi.createFrom()
                .range(1, maps.maps().size())
                .onItem()
                .transformToUniAndConcatenate(
                        map -> identities(map, changed(map, maps.maps().get(map), aside)))
                .onItem()
                .ignoreAsUni();
    }

    private static List<Identity> changed(int map, List<DerivedKeys.Entry> entries, KeysAside aside) {
        return entries.stream()
                .map(e -> new Identity(aside.firstKey(map, e.from()), e.to(), false))
                .filter(identity -> !identity.oldKey().equals(identity.newKey()))
                .toList();
    }

    /** Journals a row that a merge deleted: {@code columns} and their text values, generated columns left out. */
    Uni<Void> deleted(String relation, List<String> key, List<String> columns, String[] values) {
        return image("delete", relation, key, columns, values, Optional.empty());
    }

    /** Journals a reference that a merge moved: {@code key} names the row after the move. */
    Uni<Void> moved(String relation, List<String> key, String column, String before, String after) {
        String[] then = {before};
        return image("move", relation, key, List.of(column), then, Optional.of(new String[] {after}));
    }

    /** Journals a value that cannot be restored by the inverse of the map. */
    Uni<Void> rewritten(String relation, List<String> key, String column, String before, String after) {
        String[] then = {before};
        return image("rewrite", relation, key, List.of(column), then, Optional.of(new String[] {after}));
    }

    private Uni<Void> image(
            String action,
            String relation,
            List<String> key,
            List<String> columns,
            String[] before,
            Optional<String[]> after) {
        Tuple row = Tuple.tuple()
                .addString(run.runId())
                .addLong(batch)
                .addInteger(position++)
                .addString(action)
                .addString(relation)
                .addArrayOfString(columns.toArray(String[]::new))
                .addArrayOfString(before)
                .addArrayOfString(after.orElse(null))
                .addArrayOfString(key.toArray(String[]::new));
        return connection.preparedQuery(IMAGE).execute(row).replaceWithVoid();
    }

    /** Root rows that the batch wrote without moving them: they may have left a range that is yet to be read. */
    Uni<Void> movedElsewhere(List<String> keys) {
        return new WaitingKeys(connection, run.runId())
                .add(run.model().root(), keys, WaitingKeys.Cause.MOVED)
                .replaceWithVoid();
    }
}
