package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Selection;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rows of a range of blocks that the map has not met before, which in a backfill are nearly all. They are entered in the map under the names that they will have, read, and
 * inserted where their place is free, without having been judged. What that does not do is left to be judged as ever.
 */
final class ImportArrivals {

    private final ImportRun run;
    private final SqlConnection connection;
    private final long number;
    private final ImportReader reader;
    private final ImportIdentities identities;

    ImportArrivals(
            ImportRun run, SqlConnection connection, long number, ImportReader reader, ImportIdentities identities) {
        this.run = run;
        this.connection = connection;
        this.number = number;
        this.reader = reader;
        this.identities = identities;
    }

    /** Whether the names of rows can be told before they are written, and nothing has to happen before they are. */
    static boolean arePossible(ImportRun run) {
        return run.model().naming().isPresent()
                && run.model().definition().blobs().isEmpty();
    }

    /**
     * Rows of a range, all of their entries in the map locked.
     *
     * @param targets what the map says of those that it knew
     * @param inserted names of those that are there now
     * @param strays rows that were inserted under other names than they should have: a trigger changes them
     */
    record Arrived(
            Map<String, String> targets,
            List<ImportedRow> rows,
            Set<String> followers,
            Map<String, String> inserted,
            List<String> strays) {

        /** Rows in scope that are still to be judged. */
        List<ImportedRow> rest() {
            return rows.stream()
                    .filter(row -> row.inScope() && !inserted.containsKey(row.key()))
                    .toList();
        }

        List<ImportVerdict> brought() {
            return rows.stream()
                    .filter(row -> inserted.containsKey(row.key()))
                    .map(row -> ImportVerdict.inserted(row, inserted.get(row.key())))
                    .toList();
        }
    }

    Uni<Arrived> bring(Selection.BlockRange range) {
        return reader.heads(range)
                .chain(heads -> heads.isEmpty()
                        ? Uni.createFrom().item(new Arrived(Map.of(), List.of(), Set.of(), Map.of(), List.of()))
                        : identities.claim(heads).chain(claimed -> bring(range, heads.keySet(), claimed)));
    }

    private Uni<Arrived> bring(Selection.BlockRange range, Set<String> keys, Map<String, String> claimed) {
        Set<String> known = new HashSet<>(keys);
        known.removeAll(claimed.keySet());
        return identities
                .lock(known)
                .chain(targets -> reader.rows(range, keys).chain(rows -> reader.followers(keys)
                        .chain(followers -> insert(rows, claimed.keySet(), followers)
                                .map(inserted -> arrived(targets, rows, followers, inserted)))))
                .call(arrived -> identities.correct(wrong(claimed, arrived.inserted())));
    }

    /** Rows of the target that are there now. */
    private Uni<List<Row>> insert(List<ImportedRow> rows, Set<String> claimed, Set<String> followers) {
        List<ImportedRow> unjudged = rows.stream()
                .filter(row -> row.inScope() && claimed.contains(row.key()) && !followers.contains(row.key()))
                .toList();
        if (unjudged.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        List<String> nowhere = unjudged.stream().map(row -> (String) null).collect(Collectors.toList());
        return Rows.query(
                connection,
                run.insertSql().insertUnjudged(),
                ImportJudge.parameters(List.of(run.runId(), number), unjudged, nowhere));
    }

    private static Arrived arrived(
            Map<String, String> targets, List<ImportedRow> rows, Set<String> followers, List<Row> inserted) {
        Map<String, String> names = new HashMap<>();
        List<String> strays = new ArrayList<>();
        for (Row row : inserted) {
            if (row.getString("key") == null) {
                strays.add(row.getString("name"));
            } else {
                names.put(row.getString("key"), row.getString("name"));
            }
        }
        return new Arrived(targets, rows, followers, names, strays);
    }

    /** Rows that were claimed and have not been inserted, or have another name by now than when they were claimed. */
    private static Map<String, String> wrong(Map<String, String> claimed, Map<String, String> inserted) {
        Map<String, String> wrong = new HashMap<>();
        claimed.forEach((key, name) -> {
            if (!Objects.equals(name, inserted.get(key))) {
                wrong.put(key, inserted.get(key));
            }
        });
        return wrong;
    }
}
