package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.operation.Selection.BlockRange;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Entities that need work, taken from blocks at random. Reads only, and a bounded number of blocks. Use once. */
final class RehearsalSample {

    /** Blocks that are read at once. */
    private static final long BLOCKS = 16;

    /** So many times at most. */
    private static final int RANGES_MAX = 256;

    private static final int ROWS_AT_ONCE = 1000;

    private static final String SIZES = """
            SELECT h.position, pg_relation_size(h.name::regclass) / current_setting('block_size')::bigint AS blocks
              FROM unnest($1::text[]) WITH ORDINALITY AS h(name, position)
             ORDER BY h.position
            """;

    private final Pool pool;
    private final RunContext run;
    private final List<String> notes = new ArrayList<>();

    RehearsalSample(Pool pool, RunContext run) {
        this.pool = pool;
        this.run = run;
    }

    /** What the sample leaves out, in sentences. */
    List<String> notes() {
        return notes;
    }

    /** Keys, at most so many. */
    Uni<List<String>> keys(int wanted) {
        Set<String> found = new HashSet<>();
        return pool.withConnection(connection -> readOnly(connection, "30s", () -> run.operation()
                        .prepare(plan(), connection)
                        .chain(() -> ranges(connection))
                        .chain(ranges -> draw(connection, ranges, wanted, found))))
                .replaceWith(() -> {
                    List<String> keys = new ArrayList<>(found);
                    Collections.shuffle(keys);
                    return keys.subList(0, Math.min(wanted, keys.size()));
                });
    }

    private RunContext plan() {
        return new RunContext(
                run.runId(),
                run.serial(),
                run.definition(),
                false,
                run.operation(),
                run.barrier(),
                run.duplicates(),
                false,
                run.shapes(),
                Optional.empty(),
                Optional.empty());
    }

    private Uni<List<BlockRange>> ranges(SqlConnection connection) {
        List<TableName> leaves = run.operation().leaves();
        String[] names = leaves.stream().map(TableName::quoted).toArray(String[]::new);
        return connection.preparedQuery(SIZES).execute(Tuple.of((Object) names)).map(rows -> {
            List<BlockRange> ranges = new ArrayList<>();
            for (Row row : rows) {
                TableName leaf = leaves.get(row.getLong("position").intValue() - 1);
                long blocks = row.getLong("blocks");
                for (long from = 0; from < blocks; from += BLOCKS) {
                    ranges.add(new BlockRange(leaf, from, Math.min(blocks, from + BLOCKS)));
                }
            }
            return chosen(ranges);
        });
    }

    private List<BlockRange> chosen(List<BlockRange> ranges) {
        Collections.shuffle(ranges);
        if (ranges.size() <= RANGES_MAX) {
            return ranges;
        }
        notes.add("entities were looked for in " + RANGES_MAX * BLOCKS + " blocks at random of "
                + ranges.size() * BLOCKS);
        return ranges.subList(0, RANGES_MAX);
    }

    private Uni<Void> draw(SqlConnection connection, List<BlockRange> ranges, int wanted, Set<String> found) {
        return Multi.createFrom()
                .iterable(ranges)
                .onItem()
                .transformToUniAndConcatenate(range -> found.size() >= wanted
                        ? Uni.createFrom().voidItem()
                        : pending(connection, range).invoke(found::addAll).replaceWithVoid())
                .onItem()
                .ignoreAsUni();
    }

    private Uni<List<String>> pending(SqlConnection connection, Selection range) {
        return plan().on(connection, 0).pending(range);
    }

    /** Entities that share their new key with a drawn one, by each of these; found by grouping over the whole table, as a plan does, which refuses groups that are too large. */
    Uni<Map<String, List<String>>> groups(List<String> keys) {
        Map<String, List<String>> groups = new HashMap<>();
        Set<String> drawn = new HashSet<>(keys);
        return run.operation()
                .duplicates()
                .map(sql -> pool.withConnection(
                                connection -> readOnly(connection, "30s", () -> group(connection, sql, drawn, groups)))
                        .onFailure(PgErrors::isTimeout)
                        .invoke(() -> notes.add(
                                "duplicates were not looked for: grouping the table takes longer than half a minute"))
                        .onFailure(PgErrors::isTimeout)
                        .recoverWithNull()
                        .replaceWith(groups))
                .orElseGet(() -> Uni.createFrom().item(groups));
    }

    private static Uni<Void> group(
            SqlConnection connection, String sql, Set<String> drawn, Map<String, List<String>> groups) {
        return connection.prepare(sql).chain(statement -> statement
                .createStream(ROWS_AT_ONCE)
                .toMulti()
                .filter(row -> row.getValue("members") != null)
                .invoke(row -> {
                    List<String> members = List.of(row.getArrayOfStrings("members"));
                    members.stream().filter(drawn::contains).forEach(key -> groups.put(key, members));
                })
                .onItem()
                .ignoreAsUni()
                .call(statement::close));
    }

    private interface Work {
        Uni<Void> get();
    }

    /** Functions of the definition may have to be made for a look at the entities, so the transaction is not read-only; it is rolled back. */
    private static Uni<Void> readOnly(SqlConnection connection, String time, Work work) {
        return connection
                .query("BEGIN")
                .execute()
                .chain(() -> connection
                        .query("SET LOCAL statement_timeout = '" + time + "'; SET LOCAL lock_timeout = '200ms'")
                        .execute())
                .chain(work::get)
                .onItemOrFailure()
                .call((item, failure) -> connection.query("ROLLBACK").execute());
    }
}
