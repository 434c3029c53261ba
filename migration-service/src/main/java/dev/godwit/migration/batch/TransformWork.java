package dev.godwit.migration.batch;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.ExactText;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.sql.Pipeline;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One batch of a transform: rows are locked and classified in a statement of their own, and those that are due are changed and journaled by the next. */
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

    @Override
    public Uni<BatchResult> work(Selection selection, boolean expectWork) {
        if (!run.run().commit()) {
            return reader.readCarefully(selection, true).map(rows -> result(selection, rows, Map.of()));
        }
        return reader.read(selection, expectWork)
                .chain(rows -> expectWork ? Uni.createFrom().item(rows) : lockDue(rows))
                .chain(rows -> apply(rows).map(misfits -> result(selection, rows, misfits)));
    }

    /** What was read without locks may have changed: only rows that are due still, under lock, are changed. */
    private Uni<List<Candidate>> lockDue(List<Candidate> rows) {
        List<String> due = due(rows);
        if (due.isEmpty()) {
            return Uni.createFrom().item(rows);
        }
        return reader.read(new Selection.Keys(due), true).map(locked -> {
            Map<String, Candidate> current = new LinkedHashMap<>();
            rows.forEach(row -> current.put(row.key(), row));
            due.forEach(current::remove);
            locked.forEach(row -> current.put(row.key(), row));
            return List.copyOf(current.values());
        });
    }

    private static List<String> due(List<Candidate> rows) {
        return rows.stream().filter(Candidate::isDue).map(Candidate::key).toList();
    }

    /** Changes the rows that are due, and answers those that were put back because the new row is no good, each with its code. */
    private Uni<Map<String, String>> apply(List<Candidate> rows) {
        String[] due = due(rows).toArray(String[]::new);
        if (due.length == 0) {
            return Uni.createFrom().item(Map.of());
        }
        return Pipeline.of(
                        List.of(connection.query(ExactText.SETTINGS).execute()),
                        () -> connection.preparedQuery(run.sql().apply()).execute(Tuple.of(run.runId(), number, due)))
                .chain(changed -> {
                    Map<String, String> misfits = new HashMap<>();
                    changed.forEach(row -> {
                        if (row.getString("misfit") != null) {
                            misfits.put(row.getString("key"), row.getString("misfit"));
                        }
                    });
                    return putBack(misfits.keySet()).replaceWith(misfits);
                });
    }

    private Uni<Void> putBack(Set<String> keys) {
        if (keys.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Tuple parameters = Tuple.of(run.runId(), number, keys.toArray(String[]::new));
        return connection
                .preparedQuery(run.sql().restore())
                .execute(parameters)
                .chain(() -> connection.preparedQuery(FORGET_IMAGES).execute(parameters))
                .replaceWithVoid();
    }

    private BatchResult result(Selection selection, List<Candidate> rows, Map<String, String> misfits) {
        List<Outcome> outcomes = new ArrayList<>();
        List<String> outOfScope = new ArrayList<>();
        long written = 0;
        for (Candidate row : rows) {
            if (!row.inScope()) {
                outOfScope.add(row.key());
                continue;
            }
            Candidate judged = misfits.containsKey(row.key()) ? row.putBack(misfits.get(row.key())) : row;
            written += judged.isDue() && judged.misfit().isEmpty() ? 1 : 0;
            outcomes.add(judged.outcome(run.rootName()));
        }
        Map<String, Long> touched = written == 0 ? Map.of() : Map.of(run.rootName(), written);
        return new BatchResult(outcomes, touched, notFound(selection, rows), outOfScope, List.of(), rows.size());
    }

    private static List<String> notFound(Selection selection, List<Candidate> rows) {
        if (selection instanceof Selection.Keys keys) {
            Set<String> found = new HashSet<>();
            rows.forEach(row -> found.add(row.key()));
            return keys.keys().stream().filter(key -> !found.contains(key)).toList();
        }
        return List.of();
    }

    @Override
    public Uni<List<String>> pending(Selection selection) {
        return reader.readCarefully(selection, false).map(TransformWork::due);
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
