package dev.godwit.migration.batch;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The map of which row of the target each row of a source has become, and who waits for an entry. */
final class ImportIdentities {

    private static final String LOOK = """
            SELECT source_key, target_key
              FROM godwit.imported
             WHERE migration = $1
               AND source_key = ANY ($2::text[])
            """;

    /** In the order of the keys, so that batches queue instead of deadlocking. */
    private static final String CLAIM = """
            INSERT INTO godwit.imported (migration, source_key)
            SELECT $1, t.key
              FROM (SELECT DISTINCT key FROM unnest($2::text[]) AS k(key) ORDER BY key) AS t
            ON CONFLICT DO NOTHING
            RETURNING source_key
            """;

    /** Whoever waits for the entry finds none, and makes its own. */
    private static final String RELEASE = """
            DELETE FROM godwit.imported
             WHERE migration = $1
               AND source_key = ANY ($2::text[])
               AND target_key IS NULL
            """;

    private static final String LOCK = LOOK + " ORDER BY source_key FOR UPDATE";

    /** Whoever writes the entry holds it exclusively: either what is there now is seen here, or who waits is seen there. */
    private static final String SHARE = LOOK + " ORDER BY source_key FOR SHARE";

    /** The entries are there, as {@link #lock} has seen to; to insert what is there finds each by its key, where of a join PostgreSQL might read the whole map. */
    private static final String ENTER = """
            INSERT INTO godwit.imported AS m (migration, source_key, target_key)
            SELECT $1, t.key, t.name
              FROM unnest($2::text[], $3::text[]) AS t(key, name)
             ORDER BY t.key
            ON CONFLICT (migration, source_key) DO UPDATE
               SET target_key = excluded.target_key
            """;

    private static final String AWAIT = """
            INSERT INTO godwit.awaited_identity (migration, missing_key, run_id, source_key)
            SELECT $1, t.missing, $2, t.key
              FROM unnest($3::text[], $4::text[]) AS t(missing, key)
             ORDER BY 2, 4
            ON CONFLICT DO NOTHING
            """;

    /** Runs that have ended wait for nothing; another run finds the row anyway. */
    private static final String WAKE = """
            WITH awaited AS (
                DELETE FROM godwit.awaited_identity
                 WHERE migration = $1
                   AND missing_key = ANY ($2::text[])
                RETURNING run_id, source_key)
            INSERT INTO godwit.pending_key (run_id, relation, refers, key, cause)
            SELECT DISTINCT r.id, n.name, false, a.source_key, 'awaited'
              FROM awaited AS a
              JOIN godwit.run AS r ON r.id = a.run_id AND r.state IN ('backfilling', 'following', 'verifying', 'paused', 'failed')
              JOIN godwit.relation AS n ON n.run_id = r.id AND n.relation = 0
            ON CONFLICT DO NOTHING
            """;

    private final ImportRun run;
    private final SqlConnection connection;
    private final Set<String> made = new HashSet<>();

    ImportIdentities(ImportRun run, SqlConnection connection) {
        this.run = run;
        this.connection = connection;
    }

    /** What the map says of these keys; nobody can change it until the transaction ends, and whoever read the source before waits. */
    Uni<Map<String, String>> lock(Collection<String> keys) {
        if (keys.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        Tuple parameters = Tuple.of(run.migration(), ImportReader.array(keys));
        return Rows.query(connection, CLAIM, parameters)
                .invoke(rows -> made.addAll(Rows.texts(rows, "source_key")))
                .chain(() -> Rows.query(connection, LOCK, parameters))
                .map(ImportIdentities::targets);
    }

    /** Takes the entries out again that were made only to be locked: what the application writes outside of a run's scope, or deletes, would otherwise leave one for each row. */
    Uni<Void> release(Collection<String> entities) {
        Set<String> needless = new HashSet<>(made);
        needless.removeAll(entities);
        return needless.isEmpty()
                ? Uni.createFrom().voidItem()
                : connection
                        .preparedQuery(RELEASE)
                        .execute(Tuple.of(run.migration(), ImportReader.array(needless)))
                        .replaceWithVoid();
    }

    /**
     * Enters keys that are not in the map, under the names that their rows will have; answers those entered. Until the transaction ends nobody sees the entries, and whoever
     * wants to make them waits; those that were there are not locked.
     */
    Uni<Map<String, String>> claim(Map<String, List<String>> heads) {
        List<Object> parameters = new ArrayList<>(List.of(run.migration(), ImportReader.array(heads.keySet())));
        int names = run.model().naming().orElseThrow().size();
        for (int i = 0; i < names; i++) {
            int number = i;
            parameters.add(heads.values().stream().map(name -> name.get(number)).toArray(String[]::new));
        }
        return Rows.query(connection, run.insertSql().claim(), Tuple.from(parameters))
                .map(rows -> {
                    Map<String, String> claimed = new HashMap<>();
                    rows.forEach(row -> claimed.put(row.getString("key"), row.getString("name")));
                    return claimed;
                });
    }

    /** Has the map say what has become of keys that were claimed: null where there is no row. */
    Uni<Void> correct(Map<String, String> names) {
        return enter(List.copyOf(names.keySet()), new ArrayList<>(names.values()));
    }

    /** What the map says of these keys at this moment. */
    Uni<Map<String, String>> look(Collection<String> keys) {
        return Rows.query(connection, LOOK, Tuple.of(run.migration(), ImportReader.array(keys)))
                .map(ImportIdentities::targets);
    }

    private static Map<String, String> targets(List<Row> rows) {
        Map<String, String> targets = new HashMap<>();
        rows.stream()
                .filter(row -> row.getString("target_key") != null)
                .forEach(row -> targets.put(row.getString("source_key"), row.getString("target_key")));
        return targets;
    }

    /** Enters rows of the target that were there and are what the source says. */
    Uni<Void> adopt(List<ImportVerdict> adopted) {
        return enter(
                adopted.stream().map(ImportVerdict::key).toList(),
                adopted.stream().map(ImportVerdict::at).toList());
    }

    private Uni<Void> enter(List<String> keys, List<String> names) {
        return keys.isEmpty()
                ? Uni.createFrom().voidItem()
                : connection
                        .preparedQuery(ENTER)
                        .execute(Tuple.of(run.migration(), texts(keys), texts(names)))
                        .replaceWithVoid();
    }

    /** Lets rows wait for the identities that they lack; answers those of them that need not wait, because it is there by now. */
    Uni<List<String>> await(List<ImportVerdict> lacking) {
        Map<String, List<ImportVerdict>> byMigration = new TreeMap<>();
        lacking.forEach(each -> byMigration
                .computeIfAbsent(each.missing().orElseThrow().migration(), m -> new ArrayList<>())
                .add(each));
        return Multi.createFrom()
                .iterable(byMigration.entrySet())
                .onItem()
                .transformToUniAndConcatenate(entry -> await(entry.getKey(), entry.getValue()))
                .collect()
                .asList()
                .map(found -> found.stream().flatMap(List::stream).toList());
    }

    private Uni<List<String>> await(String migration, List<ImportVerdict> lacking) {
        String[] missing = texts(
                lacking.stream().map(each -> each.missing().orElseThrow().key()).toList());
        Tuple keys = Tuple.of(migration, missing);
        return connection
                .preparedQuery(CLAIM)
                .execute(keys)
                .chain(() -> Rows.query(connection, SHARE, keys))
                .map(rows -> {
                    Set<String> there = targets(rows).keySet();
                    return lacking.stream()
                            .filter(each ->
                                    there.contains(each.missing().orElseThrow().key()))
                            .map(ImportVerdict::key)
                            .toList();
                })
                .call(() -> connection
                        .preparedQuery(AWAIT)
                        .execute(Tuple.of(migration, run.runId(), missing, keys(lacking))));
    }

    /** Takes those up again that waited for these keys. */
    Uni<Void> wake(List<String> keys) {
        return keys.isEmpty()
                ? Uni.createFrom().voidItem()
                : connection
                        .preparedQuery(WAKE)
                        .execute(Tuple.of(run.migration(), ImportReader.array(keys)))
                        .replaceWithVoid();
    }

    private static String[] keys(List<ImportVerdict> verdicts) {
        return texts(verdicts.stream().map(ImportVerdict::key).toList());
    }

    private static String[] texts(List<String> texts) {
        return ImportReader.array(texts);
    }
}
