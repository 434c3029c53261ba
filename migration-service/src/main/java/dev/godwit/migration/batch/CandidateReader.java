package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.operation.transform.TransformSql.Classification;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Reads rows with what the definition says of each. */
final class CandidateReader {

    private final TransformRun run;
    private final SqlConnection connection;

    CandidateReader(TransformRun run, SqlConnection connection) {
        this.run = run;
        this.connection = connection;
    }

    /** Reads all at once, and fails when an expression cannot be computed for one of them. */
    Uni<List<Candidate>> read(Selection selection, boolean lock) {
        return read(selection, lock, false);
    }

    /**
     * Reads all, whatever happens: a row for which an expression cannot be computed is a candidate that fails. Locks nothing.
     *
     * @param foresee whether the new values are computed too
     */
    Uni<List<Candidate>> readCarefully(Selection selection, boolean foresee) {
        return connection
                .query("SAVEPOINT godwit_read")
                .execute()
                .chain(() -> read(selection, false, foresee))
                .call(() -> connection.query("RELEASE SAVEPOINT godwit_read").execute())
                .onFailure(failure -> PgErrors.classify(failure) == ErrorClass.DATA)
                .recoverWithUni(failure -> connection
                        .query("ROLLBACK TO SAVEPOINT godwit_read")
                        .execute()
                        .chain(() -> keys(selection))
                        .chain(keys -> keys.size() == 1
                                ? Uni.createFrom().item(List.of(failed(keys.get(0), failure)))
                                : readHalves(keys, foresee)));
    }

    private static Candidate failed(String key, Throwable failure) {
        String code =
                PgErrors.sqlState(failure).map(state -> "sqlstate_" + state).orElse("refused");
        return Candidate.failed(key, code, PgErrors.describe(failure));
    }

    private Uni<List<Candidate>> readHalves(List<String> keys, boolean foresee) {
        if (keys.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        int half = keys.size() / 2;
        return readCarefully(new Selection.Keys(keys.subList(0, half)), foresee)
                .chain(first -> readCarefully(new Selection.Keys(keys.subList(half, keys.size())), foresee)
                        .map(second -> {
                            List<Candidate> all = new ArrayList<>(first);
                            all.addAll(second);
                            return all;
                        }));
    }

    private Uni<List<String>> keys(Selection selection) {
        if (selection instanceof Selection.BlockRange range) {
            return query(run.sql().keysOfRange(range.relation()), Tuple.of(range.fromTid(), range.toTid()))
                    .map(rows -> rows.stream().map(row -> row.getString("key")).toList());
        }
        return Uni.createFrom().item(((Selection.Keys) selection).keys());
    }

    private Uni<List<Candidate>> read(Selection selection, boolean lock, boolean foresee) {
        boolean writersNew = run.model().writersNew();
        Optional<Long> barrier = writersNew ? run.run().barrier() : Optional.empty();
        Classification how = new Classification(lock, foresee, barrier);
        Uni<List<Row>> rows = selection instanceof Selection.BlockRange range
                ? query(
                        run.sql().readRange(range.relation(), how),
                        Tuple.of(range.fromTid(), range.toTid(), run.runId()))
                : query(run.sql().readKeys(how), Tuple.of((Object)
                        ((Selection.Keys) selection).keys().toArray(String[]::new)));
        return rows.map(list ->
                list.stream().map(row -> Candidate.fromRow(row, writersNew)).toList());
    }

    private Uni<List<Row>> query(String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters).map(rows -> StreamSupport.stream(
                        rows.spliterator(), false)
                .toList());
    }
}
