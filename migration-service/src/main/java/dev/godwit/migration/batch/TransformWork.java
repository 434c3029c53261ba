package dev.godwit.migration.batch;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.ExactText;
import dev.godwit.migration.operation.Group;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.sql.Pipeline;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One batch of a transform. Where rows are named, they are locked and classified in a statement of their own, and those that are due are changed and journaled by the next.
 * Of a range of blocks, the rows that are due are changed and journaled by one statement, and the next tells what else is there: no row is locked before it is written,
 * looked up by its key, or sent here and back.
 */
final class TransformWork implements OperationBatch {

    private static final String FORGET_IMAGES = """
            DELETE FROM godwit.image
             WHERE run_id = $1
               AND batch = $2
               AND key = ANY ($3::text[])
            """;

    private final TransformRun run;
    private final SqlConnection connection;
    private final long number;
    private final CandidateReader reader;

    TransformWork(TransformRun run, SqlConnection connection, long number) {
        this.run = run;
        this.connection = connection;
        this.number = number;
        this.reader = new CandidateReader(run, connection);
    }

    /** Columns by which counts are grouped may be among those that change. */
    @Override
    public Uni<BatchResult> work(Selection selection, boolean expectWork) {
        return new GroupReader(run.run(), connection).of(selection).chain(groups -> act(selection, expectWork)
                .map(result -> GroupReader.place(result, run.rootName(), groups)));
    }

    private Uni<BatchResult> act(Selection selection, boolean expectWork) {
        if (!run.run().commit()) {
            return reader.readCarefully(selection, true).map(rows -> result(selection, rows));
        }
        if (expectWork
                && selection instanceof Selection.BlockRange range
                && run.sql().appliesRanges(range.relation())) {
            return changeRange(range);
        }
        return reader.read(selection, expectWork)
                .map(TransformWork::byKey)
                .chain(rows -> expectWork ? change(rows, due(rows)) : lockAndChange(rows, due(rows)))
                .map(rows -> result(selection, rows.values()));
    }

    /** The rest of the range is read when the rows that were due are not any more. One that still is, or is again, was being written by somebody else at that moment. */
    private Uni<BatchResult> changeRange(Selection.BlockRange range) {
        return Uni.combine()
                .all()
                .unis(settings(), changeDue(range), reader.read(range, false))
                .asTuple()
                .chain(found -> {
                    Map<String, Candidate> rows = byKey(found.getItem3());
                    rows.putAll(found.getItem2());
                    List<String> missed = due(rows).stream()
                            .filter(key -> !found.getItem2().containsKey(key))
                            .toList();
                    return lockAndChange(rows, missed);
                })
                .map(rows -> result(range, rows.values()));
    }

    /** What was read without locks may have changed: only rows that are due still, under lock, are changed. */
    private Uni<Map<String, Candidate>> lockAndChange(Map<String, Candidate> rows, List<String> due) {
        if (due.isEmpty()) {
            return Uni.createFrom().item(rows);
        }
        return reader.read(new Selection.Keys(due), true).chain(locked -> {
            due.forEach(rows::remove);
            rows.putAll(byKey(locked));
            List<String> still =
                    locked.stream().filter(Candidate::isDue).map(Candidate::key).toList();
            return change(rows, still);
        });
    }

    private static Map<String, Candidate> byKey(List<Candidate> rows) {
        Map<String, Candidate> byKey = new LinkedHashMap<>();
        rows.forEach(row -> byKey.put(row.key(), row));
        return byKey;
    }

    private static List<String> due(Map<String, Candidate> rows) {
        return rows.values().stream()
                .filter(Candidate::isDue)
                .map(Candidate::key)
                .toList();
    }

    /** Changes rows that are locked. */
    private Uni<Map<String, Candidate>> change(Map<String, Candidate> rows, List<String> due) {
        if (due.isEmpty()) {
            return Uni.createFrom().item(rows);
        }
        Tuple parameters = Tuple.of(run.runId(), number, due.toArray(String[]::new));
        return Pipeline.of(List.of(settings()), () -> changed(run.sql().apply(), parameters))
                .map(changed -> {
                    rows.putAll(changed);
                    return rows;
                });
    }

    private Uni<Map<String, Candidate>> changeDue(Selection.BlockRange range) {
        Optional<Long> barrier = run.model().writersNew() ? run.run().barrier() : Optional.empty();
        return changed(run.sql().applyRange(barrier), Tuple.of(run.runId(), number, range.fromTid(), range.toTid()));
    }

    /** Changes rows, and puts those back that are no good then. */
    private Uni<Map<String, Candidate>> changed(String sql, Tuple parameters) {
        return Rows.query(connection, sql, parameters)
                .map(rows -> byKey(rows.stream().map(Candidate::changed).toList()))
                .call(this::putBack);
    }

    private Uni<Void> settings() {
        return connection.query(ExactText.SETTINGS).execute().replaceWithVoid();
    }

    private Uni<Void> putBack(Map<String, Candidate> changed) {
        String[] misfits = changed.values().stream()
                .filter(row -> row.misfit().isPresent())
                .map(Candidate::key)
                .toArray(String[]::new);
        if (misfits.length == 0) {
            return Uni.createFrom().voidItem();
        }
        Tuple parameters = Tuple.of(run.runId(), number, misfits);
        return connection
                .preparedQuery(run.sql().restore())
                .execute(parameters)
                .chain(() -> connection.preparedQuery(FORGET_IMAGES).execute(parameters))
                .replaceWithVoid();
    }

    private BatchResult result(Selection selection, Collection<Candidate> rows) {
        List<Outcome> outcomes = new ArrayList<>();
        List<String> outOfScope = new ArrayList<>();
        long written = 0;
        for (Candidate row : rows) {
            if (!row.inScope()) {
                outOfScope.add(row.key());
                continue;
            }
            written += row.isDue() && row.misfit().isEmpty() ? 1 : 0;
            outcomes.add(row.outcome(run.rootName()));
        }
        Map<String, Long> touched = written == 0 ? Map.of() : Map.of(run.rootName(), written);
        return new BatchResult(outcomes, touched, notFound(selection, rows), outOfScope, List.of(), rows.size());
    }

    private static List<String> notFound(Selection selection, Collection<Candidate> rows) {
        if (selection instanceof Selection.Keys keys) {
            Set<String> found = new HashSet<>();
            rows.forEach(row -> found.add(row.key()));
            return keys.keys().stream().filter(key -> !found.contains(key)).toList();
        }
        return List.of();
    }

    @Override
    public Uni<List<String>> pending(Selection selection) {
        return reader.readCarefully(selection, false).map(rows -> due(byKey(rows)));
    }

    @Override
    public Uni<Map<String, Group>> groupsOf(Collection<String> keys) {
        return new GroupReader(run.run(), connection).of(keys);
    }

    @Override
    public Uni<BatchResult> undo() {
        return new TransformUndo(run, connection, number).undo();
    }

    @Override
    public Uni<List<String>> entitiesOf(Map<TableName, Set<String>> changed) {
        return Uni.createFrom()
                .item(List.copyOf(changed.getOrDefault(run.model().root(), Set.of())));
    }
}
