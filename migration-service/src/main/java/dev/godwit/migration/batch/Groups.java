package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Counts;
import dev.godwit.migration.operation.Group;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Sees to it that every entity is counted in one group, and taken out of that one when it is told as something else: groups add up to the run's counts, whatever becomes of the
 * values in between.
 *
 * <p>The rule: an entity is counted where its row stood before the batch that told it. What a batch changes it has read before; of other entities, the row as it is now tells as
 * much. An outcome that undoes, or says once more what was told before, counts where that was told. Who has no row is counted as unknown.
 *
 * <p>Transaction: joins the batch's, after {@link Ledger}, which says which outcomes are told and what they replace. Where the definition groups by nothing, nothing is asked.
 */
final class Groups {

    private static final String TOLD = """
            SELECT key, place
              FROM godwit.grouped
             WHERE run_id = $1
               AND key = ANY ($2::text[])
            """;

    private static final String KEEP = """
            INSERT INTO godwit.grouped (run_id, key, place)
            SELECT $1, t.key, t.place
              FROM unnest($2::text[], $3::text[]) AS t(key, place)
             ORDER BY t.key
            ON CONFLICT (run_id, key) DO UPDATE SET place = excluded.place
            """;

    private static final String FORESEE = """
            INSERT INTO godwit.group_count AS c (run_id, stream, digest, place, migrated, unchanged, skipped, conflict, failed)
            SELECT $1, $2, md5(coalesce(t.place, ''))::uuid, t.place, t.migrated, t.unchanged, t.skipped, t.conflict, t.failed
              FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
                AS t(place, migrated, unchanged, skipped, conflict, failed)
            ON CONFLICT (run_id, stream, digest) DO UPDATE
               SET migrated = c.migrated + excluded.migrated, unchanged = c.unchanged + excluded.unchanged,
                   skipped = c.skipped + excluded.skipped, conflict = c.conflict + excluded.conflict, failed = c.failed + excluded.failed
            """;

    private static final List<OutcomeKind> FORESEEN = List.of(
            OutcomeKind.MIGRATED, OutcomeKind.UNCHANGED, OutcomeKind.SKIPPED, OutcomeKind.CONFLICT, OutcomeKind.FAILED);

    private final RunContext run;
    private final SqlConnection connection;
    private final Lane lane;
    private final long batch;

    Groups(RunContext run, SqlConnection connection, Lane lane, long batch) {
        this.run = run;
        this.connection = connection;
        this.lane = lane;
        this.batch = batch;
    }

    /** Puts the entities of a batch into their groups. */
    Uni<BatchResult> enter(BatchResult result) {
        List<Outcome> entities = result.outcomes().stream()
                .filter(o -> o.table().equals(run.rootName()))
                .toList();
        if (run.groupSql().isEmpty() || entities.isEmpty()) {
            return Uni.createFrom().item(result);
        }
        return told(entities)
                .chain(told -> read(entities, told)
                        .map(read -> result.replacing(result.outcomes().stream()
                                .map(o -> o.table().equals(run.rootName()) ? place(o, told, read) : o)
                                .toList())))
                .call(this::keep);
    }

    /** Where entities were counted before. */
    private Uni<Map<String, Group>> told(List<Outcome> entities) {
        String[] keys = entities.stream()
                .filter(o -> lane == Lane.ROLLBACK || o.replaces().isPresent())
                .flatMap(o -> Stream.concat(Stream.of(o.key()), o.newKey().stream()))
                .distinct()
                .toArray(String[]::new);
        return keys.length == 0
                ? Uni.createFrom().item(Map.of())
                : query(TOLD, Tuple.of(run.runId(), keys)).map(rows -> {
                    Map<String, Group> told = new HashMap<>();
                    rows.forEach(row -> told.put(row.getString("key"), GroupText.parse(row.getString("place"))));
                    return told;
                });
    }

    /** The rows of entities that the batch has not read already, and that were told nowhere. */
    private Uni<Map<String, Group>> read(List<Outcome> entities, Map<String, Group> told) {
        Set<String> unread = new LinkedHashSet<>();
        entities.stream()
                .filter(o -> o.group().isEmpty() && toldBefore(o, told).isEmpty())
                .forEach(o -> unread.add(o.key()));
        return run.on(connection, batch).groupsOf(unread);
    }

    private Outcome place(Outcome outcome, Map<String, Group> told, Map<String, Group> read) {
        Group former = told.getOrDefault(outcome.key(), Group.UNKNOWN);
        if (outcome.replaces().filter(outcome.told()::equals).isPresent()) {
            return outcome.in(former).formerlyIn(former);
        }
        Outcome placed = outcome.in(outcome.group()
                .or(() -> toldBefore(outcome, told))
                .orElseGet(() -> read.getOrDefault(outcome.key(), Group.UNKNOWN)));
        return outcome.replaces().isPresent() ? placed.formerlyIn(former) : placed;
    }

    /** A rollback names an entity that it leaves by its old key, and one that goes back by the key where it stood. */
    private Optional<Group> toldBefore(Outcome outcome, Map<String, Group> told) {
        Optional<Group> byKey = Optional.ofNullable(told.get(outcome.key()));
        Optional<Group> byNewKey = outcome.newKey().map(told::get);
        if (lane != Lane.ROLLBACK) {
            return byKey;
        }
        return outcome.kind() == OutcomeKind.DIVERGED ? byNewKey.or(() -> byKey) : byKey.or(() -> byNewKey);
    }

    private Uni<Void> keep(BatchResult result) {
        if (!run.commit() || lane == Lane.ROLLBACK) {
            return Uni.createFrom().voidItem();
        }
        Map<String, Group> places = places(result.outcomes());
        return places.isEmpty()
                ? Uni.createFrom().voidItem()
                : query(
                                KEEP,
                                Tuple.of(
                                        run.runId(),
                                        places.keySet().toArray(String[]::new),
                                        places.values().stream()
                                                .map(GroupText::of)
                                                .toArray(String[]::new)))
                        .replaceWithVoid();
    }

    /** By the key under which the run meets an entity again. Who stands on a key comes before those that have left it, or have become one with another. */
    private Map<String, Group> places(List<Outcome> outcomes) {
        Map<String, Group> places = new LinkedHashMap<>();
        Set<String> arrived = new HashSet<>();
        for (Outcome outcome : outcomes) {
            boolean isEntity =
                    outcome.table().equals(run.rootName()) && outcome.group().isPresent();
            if (!isEntity || outcome.reason().filter(Groups::isAnswer).isPresent()) {
                continue;
            }
            boolean moved = run.operation().movesKeys()
                    && outcome.kind() == OutcomeKind.MIGRATED
                    && outcome.newKey().isPresent()
                    && !outcome.newKey().get().equals(outcome.key())
                    && outcome.reason().filter(Outcome.MERGED::equals).isEmpty();
            String key = moved ? outcome.newKey().get() : outcome.key();
            if (moved) {
                arrived.add(key);
                places.put(key, outcome.group().get());
            } else if (!arrived.contains(key)) {
                places.put(key, outcome.group().get());
            }
        }
        return places;
    }

    private static boolean isAnswer(String reason) {
        return reason.equals(Ledger.NOT_FOUND) || reason.equals(Counts.ALREADY_MIGRATED);
    }

    /** The statement that adds what a plan's batch foresees; joins the transaction that holds the stream's row. */
    static Optional<Uni<Void>> foresee(
            RunContext run, SqlConnection connection, String stream, List<Outcome> outcomes) {
        Map<Group, Counts> changes = Counts.changesByGroup(run.rootName(), outcomes);
        if (run.commit() || changes.isEmpty()) {
            return Optional.empty();
        }
        Tuple row = Tuple.of(
                run.runId(),
                stream,
                changes.keySet().stream().map(GroupText::of).toArray(String[]::new));
        for (OutcomeKind kind : FORESEEN) {
            row = row.addValue(changes.values().stream().map(c -> c.get(kind)).toArray(Long[]::new));
        }
        return Optional.of(connection.preparedQuery(FORESEE).execute(row).replaceWithVoid());
    }

    private Uni<RowSet<Row>> query(String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters);
    }
}
