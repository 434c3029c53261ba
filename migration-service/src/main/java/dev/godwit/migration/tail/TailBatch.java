package dev.godwit.migration.tail;

import dev.godwit.migration.batch.BatchResult;
import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.batch.Batches.Opened;
import dev.godwit.migration.batch.Batches.Place;
import dev.godwit.migration.batch.Batches.Work;
import dev.godwit.migration.batch.Lane;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.run.RunState;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Change events of one poll, as far as they concern one run: de-duplicated by key and applied as one selection. */
final class TailBatch {

    private static final Set<RunState> STATES =
            EnumSet.of(RunState.BACKFILLING, RunState.FOLLOWING, RunState.VERIFYING);

    private final Batches batches;
    private final ParkedKeys parked;
    private final RunContext run;
    private final ChangedKeys keys;

    /** @param entities false for runs of a part of the table: entities that the application writes are not theirs */
    TailBatch(Batches batches, ParkedKeys parked, RunContext run, boolean entities, List<ChangeEvent> events) {
        this.batches = batches;
        this.parked = parked;
        this.run = run;
        this.keys = ChangedKeys.of(run.operation(), entities, events);
    }

    /** Tables of a run whose changes the tail must hear of. */
    static boolean concerns(RunContext run, TableName table) {
        return run.operation().watched().stream()
                .anyMatch(watched -> watched.table().equals(table));
    }

    /** Applies the events; a run that does not take batches now has them parked. */
    Uni<Void> apply(int stream) {
        if (keys.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Place place = new Place(Lane.TAIL, "tail-" + stream, Optional.empty(), STATES);
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
                        : run.on(opened)
                                .work(new Selection.Keys(entityKeys), false)
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

    private Uni<List<String>> entityKeys(Opened opened) {
        return keys.entities().isEmpty()
                ? Uni.createFrom().item(List.of())
                : run.on(opened).entitiesOf(keys.entities());
    }

    private Uni<BatchResult> references(Opened opened) {
        return Multi.createFrom()
                .iterable(keys.rows().entrySet())
                .onItem()
                .transformToUniAndConcatenate(table -> run.on(opened).references(table.getKey(), table.getValue()))
                .collect()
                .in(() -> new BatchResult[] {BatchResult.NOTHING}, (sum, next) -> sum[0] = merge(sum[0], next))
                .map(sum -> sum[0]);
    }

    /** Sets all keys aside, to be taken up when the run goes on. */
    Uni<Void> park() {
        return keys.isEmpty() ? Uni.createFrom().voidItem() : parked.add(run.runId(), keys);
    }
}
