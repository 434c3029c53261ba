package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.operation.imports.ImportModel.Value;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the source, and what planning has found out about it. Locks nothing. */
final class ImportReader {

    /** An entity that failed is tried again only when somebody names it. */
    private static final String FAILED = """
            SELECT key
              FROM godwit.quarantine
             WHERE run_id = $1
               AND key = ANY ($2::text[])
               AND outcome = 'failed'
            """;

    /** Members of the groups that these keys belong to. */
    private static final String GROUPS = """
            SELECT d.member, d.group_no
              FROM godwit.duplicate AS d
             WHERE d.run_id = $1
               AND d.group_no IN (SELECT mine.group_no FROM godwit.duplicate AS mine WHERE mine.run_id = $1 AND mine.member = ANY ($2::text[]))
            """;

    private final ImportRun run;
    private final SqlConnection connection;
    private final ImportSource source;

    ImportReader(ImportRun run, SqlConnection connection, ImportSource source) {
        this.run = run;
        this.connection = connection;
        this.source = source;
    }

    /** Keys of a selection that are to be looked at; those of a range only where they are in scope. */
    Uni<List<String>> keys(Selection selection) {
        if (selection instanceof Selection.BlockRange range) {
            return keys(range, true).chain(this::withoutFailed);
        }
        return Uni.createFrom().item(((Selection.Keys) selection).keys());
    }

    /** Keys of a selection, in scope or not, with no expression of the definition evaluated; of a range without those that failed. */
    Uni<List<String>> allKeys(Selection selection) {
        return selection instanceof Selection.BlockRange range
                ? keys(range, false).chain(this::withoutFailed)
                : Uni.createFrom().item(((Selection.Keys) selection).keys());
    }

    private Uni<List<String>> keys(Selection.BlockRange range, boolean scope) {
        return source.query(
                        run.sourceSql().keysOfRange(range.relation(), scope), Tuple.of(range.fromTid(), range.toTid()))
                .map(rows -> Rows.texts(rows, "key"));
    }

    /** Rows of a range in scope, as far as it takes to name their rows in the target. */
    Uni<Map<String, List<String>>> heads(Selection.BlockRange range) {
        List<Value> naming = run.model().naming().orElseThrow();
        return source.query(run.sourceSql().headsOfRange(range.relation()), Tuple.of(range.fromTid(), range.toTid()))
                .map(rows -> {
                    Map<String, List<String>> heads = new LinkedHashMap<>();
                    rows.forEach(row -> heads.put(row.getString("key"), ImportedRow.names(row, naming)));
                    return heads;
                })
                .chain(heads -> withoutFailed(List.copyOf(heads.keySet())).map(keys -> {
                    heads.keySet().retainAll(Set.copyOf(keys));
                    return heads;
                }));
    }

    /** Rows by key, as they are at this moment; they were in that range before, and nearly all still are. */
    Uni<List<ImportedRow>> rows(Selection.BlockRange range, Set<String> keys) {
        return source.query(run.sourceSql().readRange(range.relation()), Tuple.of(range.fromTid(), range.toTid()))
                .map(rows -> rows.stream()
                        .filter(row -> keys.contains(row.getString("key")))
                        .map(row -> ImportedRow.fromRow(row, run.model()))
                        .toList())
                .chain(found -> {
                    Set<String> moved = new HashSet<>(keys);
                    found.forEach(row -> moved.remove(row.key()));
                    return rows(moved).map(others -> ImportWork.joined(found, others));
                });
    }

    private Uni<List<String>> withoutFailed(List<String> keys) {
        return Rows.query(connection, FAILED, Tuple.of(run.runId(), array(keys)))
                .map(rows -> {
                    Set<String> failed = new HashSet<>(Rows.texts(rows, "key"));
                    return keys.stream().filter(key -> !failed.contains(key)).toList();
                });
    }

    /** Rows by key, as they are at this moment. */
    Uni<List<ImportedRow>> rows(Collection<String> keys) {
        return keys.isEmpty()
                ? Uni.createFrom().item(List.of())
                : source.query(run.sourceSql().read(), Tuple.of((Object) array(keys)))
                        .map(rows -> rows.stream()
                                .map(row -> ImportedRow.fromRow(row, run.model()))
                                .toList());
    }

    /** Those of the keys that no row has. */
    Uni<List<String>> absent(List<String> keys) {
        return keys.isEmpty()
                ? Uni.createFrom().item(List.of())
                : source.query(run.sourceSql().present(), Tuple.of((Object) array(keys)))
                        .map(rows -> {
                            Set<String> present = new HashSet<>(Rows.texts(rows, "key"));
                            return keys.stream()
                                    .filter(key -> !present.contains(key))
                                    .toList();
                        });
    }

    /**
     * Those of the keys whose place belongs to a row with a lesser key. Which row of a group has the place is a function of the whole group, so that it does not depend on who
     * comes first, and a plan tells the same.
     */
    Uni<Set<String>> followers(Collection<String> keys) {
        if (!run.run().duplicates() || keys.isEmpty()) {
            return Uni.createFrom().item(Set.of());
        }
        return Rows.query(connection, GROUPS, Tuple.of(run.runId(), array(keys)))
                .chain(members -> members.isEmpty() ? Uni.createFrom().item(Set.of()) : followers(keys, members));
    }

    private Uni<Set<String>> followers(Collection<String> keys, List<Row> members) {
        String sql = run.sourceSql().placesOf(run.sourceSql().places().orElseThrow());
        return source.query(sql, Tuple.of((Object) array(Rows.texts(members, "member"))))
                .map(rows -> {
                    Map<List<String>, String> first = new HashMap<>();
                    Set<String> followers = new HashSet<>();
                    for (Row row : rows) {
                        List<String> place = List.of(row.getArrayOfStrings("place"));
                        if (first.putIfAbsent(place, row.getString("key")) != null) {
                            followers.add(row.getString("key"));
                        }
                    }
                    followers.retainAll(keys);
                    return followers;
                });
    }

    /** Rows by their keys. */
    static Map<String, ImportedRow> byKey(List<ImportedRow> rows) {
        Map<String, ImportedRow> byKey = new LinkedHashMap<>();
        rows.forEach(row -> byKey.put(row.key(), row));
        return byKey;
    }

    static String[] array(Collection<String> texts) {
        return texts.toArray(String[]::new);
    }
}
