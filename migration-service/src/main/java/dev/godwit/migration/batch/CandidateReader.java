package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.operation.transform.TransformSql.Classification;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;

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
        return new CarefulReader<>(connection, new Careful(foresee)).read(selection);
    }

    private final class Careful implements CarefulReader.ListSource<Candidate> {

        private final boolean foresee;

        private Careful(boolean foresee) {
            this.foresee = foresee;
        }

        @Override
        public Uni<List<Candidate>> read(Selection selection) {
            return CandidateReader.this.read(selection, false, foresee);
        }

        @Override
        public Uni<List<String>> keys(Selection selection) {
            return CandidateReader.this.keys(selection);
        }

        @Override
        public List<Candidate> failed(String key, Throwable failure) {
            return List.of(Candidate.failed(key, PgErrors.code(failure), PgErrors.describe(failure)));
        }
    }

    private Uni<List<String>> keys(Selection selection) {
        if (selection instanceof Selection.BlockRange range) {
            return query(run.sql().keysOfRange(range.relation()), Tuple.of(range.fromTid(), range.toTid()))
                    .map(rows -> Rows.texts(rows, "key"));
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
        return Rows.query(connection, sql, parameters);
    }
}
