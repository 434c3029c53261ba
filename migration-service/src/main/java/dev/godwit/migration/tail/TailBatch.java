package dev.godwit.migration.tail;

import dev.godwit.migration.batch.BatchResult;
import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.batch.Batches.Opened;
import dev.godwit.migration.batch.Batches.Place;
import dev.godwit.migration.batch.Batches.Work;
import dev.godwit.migration.batch.Lane;
import dev.godwit.migration.batch.ReferenceTranslation;
import dev.godwit.migration.batch.Rekeys;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.chunk.ChunkWork;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.operation.rekey.RekeyModel.DerivedKey;
import dev.godwit.migration.operation.rekey.RekeyModel.FoundReference;
import dev.godwit.migration.run.RunState;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Change events of one partition, as far as they concern one run: de-duplicated by key and applied as one selection. */
final class TailBatch {

    private static final Set<RunState> STATES =
            EnumSet.of(RunState.BACKFILLING, RunState.FOLLOWING, RunState.VERIFYING);

    private final Batches batches;
    private final ParkedKeys parked;
    private final RunContext run;
    private final boolean entities;
    private final Map<TableName, Set<String>> keys = new LinkedHashMap<>();

    /** @param entities false for runs of a part of the table: entities that the application writes are not theirs */
    TailBatch(Batches batches, ParkedKeys parked, RunContext run, boolean entities, List<ChangeEvent> events) {
        this.batches = batches;
        this.parked = parked;
        this.run = run;
        this.entities = entities;
        events.stream().filter(event -> !event.deleted()).forEach(this::collect);
    }

    private void collect(ChangeEvent event) {
        if (event.table().equals(run.model().root())) {
            add(event.table(), event.fields().get(run.model().key()));
        }
        run.model().derived().stream()
                .filter(child -> child.table().equals(event.table()))
                .forEach(child -> add(event.table(), event.fields().get(child.key())));
        run.model().softReferences().stream()
                .filter(reference -> reference.table().equals(event.table()))
                .findFirst()
                .ifPresent(reference -> add(event.table(), rowKey(reference, event)));
    }

    private void add(TableName table, String key) {
        if (key != null) {
            keys.computeIfAbsent(table, t -> new LinkedHashSet<>()).add(key);
        }
    }

    private static String rowKey(FoundReference reference, ChangeEvent event) {
        List<String> key = new ArrayList<>();
        reference.primaryKey().forEach(column -> key.add(event.fields().get(column)));
        return key.contains(null) ? null : PendingKeys.text(key);
    }

    /** Tables of a run whose changes the tail must hear of. */
    static boolean concerns(RunContext run, TableName table) {
        return table.equals(run.model().root())
                || run.model().derived().stream()
                        .anyMatch(child -> child.table().equals(table))
                || run.model().softReferences().stream()
                        .anyMatch(reference -> reference.table().equals(table));
    }

    /** Applies the events; a run that does not take batches now has them parked. */
    Uni<Void> apply(int partition) {
        if (keys.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Place place = new Place(Lane.TAIL, "tail-" + partition, Optional.empty(), STATES);
        return batches.run(run, place, opened -> work(opened).map(Work::of))
                .chain(ended -> ended instanceof Ended.Stopped stopped
                                && stopped.state().watchesChanges()
                        ? park()
                        : Uni.createFrom().voidItem());
    }

    private Uni<BatchResult> work(Opened opened) {
        return entityKeys(opened)
                .chain(entityKeys -> entityKeys.isEmpty()
                        ? Uni.createFrom().item(BatchResult.NOTHING)
                        : Rekeys.run(run, opened.connection(), opened.number(), new Selection.Keys(entityKeys), false)
                                .map(TailBatch::changesOnly))
                .chain(result -> references(opened).map(more -> merge(result, more)));
    }

    /** A row that is as it should be was not changed by us, and is no outcome; neither is one that is gone or out of scope. */
    private static BatchResult changesOnly(BatchResult result) {
        List<Outcome> changes = result.outcomes().stream()
                .filter(outcome -> outcome.kind() != OutcomeKind.UNCHANGED)
                .toList();
        return new BatchResult(changes, result.written(), List.of(), List.of(), result.deferred(), result.read());
    }

    private static BatchResult merge(BatchResult one, BatchResult other) {
        Map<String, Long> written = new HashMap<>(one.written());
        other.written().forEach((table, rows) -> written.merge(table, rows, Long::sum));
        List<Outcome> outcomes = new ArrayList<>(one.outcomes());
        outcomes.addAll(other.outcomes());
        return new BatchResult(outcomes, written, List.of(), List.of(), one.deferred(), one.read() + other.read());
    }

    /** The root rows that changed, and those whose derived children did. */
    private Uni<List<String>> entityKeys(Opened opened) {
        if (!entities) {
            return Uni.createFrom().item(List.of());
        }
        Set<String> found = new LinkedHashSet<>(keys.getOrDefault(run.model().root(), Set.of()));
        return parents(opened, run.model().derived().size(), Set.of(), found).replaceWith(() -> List.copyOf(found));
    }

    private Uni<Void> parents(Opened opened, int map, Set<String> fromBelow, Set<String> found) {
        if (map == 0) {
            return Uni.createFrom().voidItem();
        }
        DerivedKey child = run.model().derived().get(map - 1);
        Set<String> changed = new LinkedHashSet<>(keys.getOrDefault(child.table(), Set.of()));
        changed.addAll(fromBelow);
        if (changed.isEmpty()) {
            return parents(opened, map - 1, Set.of(), found);
        }
        return opened.connection()
                .preparedQuery(run.sql().parentsOfDerived(map))
                .execute(Tuple.of((Object) changed.toArray(String[]::new)))
                .chain(rows -> {
                    Set<String> above = new LinkedHashSet<>();
                    rows.forEach(row -> above.add(row.getString("key")));
                    if (child.parentMap() == 0) {
                        found.addAll(above);
                        return parents(opened, map - 1, Set.of(), found);
                    }
                    return parents(opened, map - 1, above, found);
                });
    }

    private Uni<BatchResult> references(Opened opened) {
        List<TableName> tables = keys.keySet().stream()
                .filter(table -> run.model().softReferences().stream()
                        .anyMatch(reference -> reference.table().equals(table)))
                .toList();
        return Multi.createFrom()
                .iterable(tables)
                .onItem()
                .transformToUniAndConcatenate(table -> translate(opened, table))
                .collect()
                .in(() -> new BatchResult[] {BatchResult.NOTHING}, (sum, next) -> sum[0] = merge(sum[0], next))
                .map(sum -> sum[0]);
    }

    private Uni<BatchResult> translate(Opened opened, TableName table) {
        List<List<String>> rows = keys.get(table).stream()
                .map(key -> ReferenceTranslation.parseKey(run, table, key).orElseThrow())
                .toList();
        return new ReferenceTranslation(
                        run, opened.connection(), opened.number(), table, ChunkWork.LATE_REFERENCE, false)
                .rows(rows);
    }

    /** Sets all keys aside, to be taken up when the run goes on. */
    Uni<Void> park() {
        return parked.add(run.runId(), keys);
    }
}
