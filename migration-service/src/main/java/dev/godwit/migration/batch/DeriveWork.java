package dev.godwit.migration.batch;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.ExactText;
import dev.godwit.migration.operation.Group;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.operation.derive.DeriveModel.Watch;
import dev.godwit.migration.sql.Pipeline;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One batch of a derive: entities are locked in a statement of their own, so that of two batches that meet in one the second sees what the first has inserted; then what
 * they lack is computed, inserted and journaled by a single statement.
 */
final class DeriveWork implements OperationBatch {

    private final DeriveRun run;
    private final SqlConnection connection;
    private final long number;
    private final DeriveReader reader;
    private final DeriveRetraction retraction;

    DeriveWork(DeriveRun run, SqlConnection connection, long number) {
        this.run = run;
        this.connection = connection;
        this.number = number;
        this.reader = new DeriveReader(run, connection);
        this.retraction = new DeriveRetraction(run, connection);
    }

    @Override
    public Uni<BatchResult> work(Selection selection, boolean expectWork) {
        if (!run.run().commit()) {
            return reader.foresee(selection).map(found -> new DeriveResult(run, selection, found).foreseen());
        }
        boolean lock = expectWork || selection instanceof Selection.Keys;
        return Pipeline.of(List.of(connection.query(ExactText.SETTINGS).execute()), () -> reader.read(selection, lock))
                .chain(found -> lock ? insert(selection, found, found) : insertWhereDue(selection, found));
    }

    private Uni<Void> settings() {
        return connection.query(ExactText.SETTINGS).execute().replaceWithVoid();
    }

    /**
     * What was read of a range without locks says who may lack something; only they are locked. Keys that were named are locked at once: what a batch in the middle of its work is
     * deriving from what was there before nobody sees yet.
     */
    private Uni<BatchResult> insertWhereDue(Selection selection, DeriveReader.Found found) {
        return due(found)
                .chain(due -> due.isEmpty()
                        ? Uni.createFrom().item(() -> new DeriveResult(run, selection, found)
                                .done(List.of(), List.of(), Set.of()))
                        : reader.read(new Selection.Keys(due), true).chain(locked -> insert(selection, found, locked)));
    }

    private Uni<List<String>> due(DeriveReader.Found found) {
        Set<String> due = new LinkedHashSet<>();
        return reader.lacking(found.inScope())
                .invoke(due::addAll)
                .chain(() -> superfluous(found.all(), Set.of()))
                .invoke(due::addAll)
                .replaceWith(() -> List.copyOf(due));
    }

    private Uni<BatchResult> insert(Selection selection, DeriveReader.Found found, DeriveReader.Found locked) {
        return reader.derivedBefore(locked.all())
                .chain(before -> retraction.retract(before).chain(retracted -> insertMissing(locked.inScope())
                        .chain(inserted -> refused(inserted).map(refused -> new DeriveResult(run, selection, found)
                                .derivedBefore(before)
                                .done(inserted, retracted, refused)))));
    }

    private Uni<List<Inserted>> insertMissing(List<String> keys) {
        if (keys.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        Tuple parameters = Tuple.of(run.runId(), number, keys.toArray(String[]::new));
        return Rows.query(connection, run.sql().insertMissing(), parameters)
                .map(rows -> rows.stream().map(Inserted::fromRow).toList());
    }

    /** A row that was not inserted is there by now, because somebody else was faster; or something keeps it out, and would for ever. */
    private Uni<Set<String>> refused(List<Inserted> inserted) {
        List<String> incomplete = inserted.stream()
                .filter(each -> each.names().size() < each.wanted())
                .map(Inserted::entity)
                .toList();
        return reader.lacking(incomplete).map(HashSet::new);
    }

    @Override
    public Uni<List<String>> pending(Selection selection) {
        return settings()
                .chain(() -> reader.due(selection))
                .chain(due -> run.run().commit()
                        ? reader.keys(selection)
                                .chain(keys -> superfluous(keys, new HashSet<>(due)))
                                .map(superfluous -> union(due, superfluous))
                        : Uni.createFrom().item(due));
    }

    /** Only entities that the run has derived rows for can have too many; those that are due anyway, be it because the query fails for them, are not asked. */
    private Uni<Set<String>> superfluous(List<String> keys, Set<String> due) {
        return reader.derivedBefore(keys).chain(before -> {
            before.removeAll(due);
            return retraction.superfluousEntities(List.copyOf(before));
        });
    }

    private static List<String> union(List<String> one, Collection<String> other) {
        Set<String> union = new LinkedHashSet<>(one);
        union.addAll(other);
        return List.copyOf(union);
    }

    @Override
    public Uni<Map<String, Group>> groupsOf(Collection<String> keys) {
        return new GroupReader(run.run(), connection).of(keys);
    }

    @Override
    public Uni<BatchResult> undo() {
        return settings().chain(() -> new DeriveUndo(run, connection, number).undo());
    }

    /** The root rows that changed, and the entities to which changed rows of watched tables belong. */
    @Override
    public Uni<List<String>> entitiesOf(Map<TableName, Set<String>> changed) {
        Set<String> entities =
                new LinkedHashSet<>(changed.getOrDefault(run.model().root(), Set.of()));
        return Multi.createFrom()
                .iterable(run.model().watches())
                .filter(watch -> changed.containsKey(watch.table()))
                .onItem()
                .transformToUniAndConcatenate(watch -> entitiesOf(watch, changed.get(watch.table())))
                .onItem()
                .invoke(entities::addAll)
                .onItem()
                .ignoreAsUni()
                .replaceWith(() -> List.copyOf(entities));
    }

    private Uni<List<String>> entitiesOf(Watch watch, Set<String> names) {
        return Rows.query(connection, run.sql().entitiesOf(watch), Tuple.of((Object) names.toArray(String[]::new)))
                .map(rows -> Rows.texts(rows, "key").stream()
                        .filter(Objects::nonNull)
                        .toList());
    }

    @Override
    public Uni<BatchResult> sweep(Selection.BlockRange range, boolean back, boolean rowByRow) {
        return back
                ? new DeriveUndo(run, connection, number).othersIn(range)
                : settings().chain(() -> retraction.sweep(range, rowByRow));
    }
}
