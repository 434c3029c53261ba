package dev.godwit.migration.batch;

import dev.godwit.migration.batch.ImportJudge.Misfits;
import dev.godwit.migration.batch.ImportVerdict.Kind;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes rows of the target and journals them. The caller holds the map's rows of all keys. */
final class ImportWriter {

    private final ImportRun run;
    private final SqlConnection connection;
    private final long number;
    private final ImportJudge judge;

    ImportWriter(ImportRun run, SqlConnection connection, long number, ImportJudge judge) {
        this.run = run;
        this.connection = connection;
        this.number = number;
        this.judge = judge;
    }

    /** A row of the target, and the key of the source's row that it was. */
    record Deleted(String key, String name) {}

    /** Does what there is to do; answers verdicts as they have come true. */
    Uni<List<ImportVerdict>> write(List<ImportVerdict> verdicts) {
        return write(run.insertSql().insert(), of(verdicts, Kind.INSERT)).chain(inserted -> {
            List<ImportVerdict> late = of(verdicts, Kind.INSERT).stream()
                    .filter(verdict -> !inserted.containsKey(verdict.key()))
                    .toList();
            return again(late).chain(judged -> update(verdicts, judged, inserted));
        });
    }

    /** Somebody else has put a row into their place since they were judged; or something keeps them out. */
    private Uni<List<ImportVerdict>> again(List<ImportVerdict> late) {
        List<ImportedRow> rows = late.stream().map(ImportVerdict::row).toList();
        return judge.judge(rows, Map.of(), Set.of(), Misfits.NONE).map(ImportWriter::keptOut);
    }

    /** Of rows that were tried in vain: those that could be inserted still are kept out by something. */
    static List<ImportVerdict> keptOut(List<ImportVerdict> judged) {
        return judged.stream()
                .map(verdict -> verdict.kind() == Kind.INSERT ? verdict.keptOut() : verdict)
                .toList();
    }

    private Uni<List<ImportVerdict>> update(
            List<ImportVerdict> verdicts, List<ImportVerdict> late, Map<String, String> inserted) {
        Map<String, ImportVerdict> judged = new HashMap<>();
        late.forEach(verdict -> judged.put(verdict.key(), verdict));
        List<ImportVerdict> now = verdicts.stream()
                .map(verdict -> judged.getOrDefault(verdict.key(), verdict))
                .toList();
        return write(run.sql().update(), of(now, Kind.UPDATE)).map(updated -> {
            List<ImportVerdict> done = new ArrayList<>();
            now.forEach(verdict -> done.add(cameTrue(verdict, inserted, updated)));
            return done;
        });
    }

    /** A row that was to be updated and is gone is told so; it will be inserted when its source is looked at again. */
    private static ImportVerdict cameTrue(
            ImportVerdict verdict, Map<String, String> inserted, Map<String, String> updated) {
        if (verdict.kind() == Kind.INSERT) {
            return verdict.named(Optional.of(inserted.get(verdict.key())));
        }
        if (verdict.kind() != Kind.UPDATE) {
            return verdict;
        }
        String name = updated.get(verdict.key());
        return name != null
                ? verdict.named(Optional.of(name))
                : verdict.because(
                        Kind.FAILED, UndoBatch.DELETED_SINCE, "the row of the target is gone, or a trigger keeps it");
    }

    private static List<ImportVerdict> of(List<ImportVerdict> verdicts, Kind kind) {
        return verdicts.stream().filter(verdict -> verdict.kind() == kind).toList();
    }

    /** Names of the rows written, by key of the source's row. */
    private Uni<Map<String, String>> write(String sql, List<ImportVerdict> verdicts) {
        if (verdicts.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        Tuple parameters = ImportJudge.parameters(
                List.of(run.runId(), number, run.migration()),
                verdicts.stream().map(ImportVerdict::row).toList(),
                verdicts.stream().map(ImportVerdict::at).toList());
        return Rows.query(connection, sql, parameters).map(rows -> {
            Map<String, String> names = new HashMap<>();
            rows.forEach(row -> names.put(row.getString("key"), row.getString("name")));
            return names;
        });
    }

    /** Deletes rows whose source rows are gone, as far as no rows of others refer to them. */
    Uni<List<Deleted>> delete(Map<String, String> targets) {
        if (targets.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        List<String> keys = targets.keySet().stream().sorted().toList();
        Tuple parameters = Tuple.of(
                run.runId(),
                number,
                run.migration(),
                ImportReader.array(keys),
                ImportReader.array(keys.stream().map(targets::get).toList()));
        return Rows.query(connection, run.sql().delete(), parameters).map(rows -> rows.stream()
                .map(row -> new Deleted(row.getString("key"), row.getString("name")))
                .toList());
    }
}
