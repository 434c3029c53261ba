package dev.godwit.migration.batch;

import dev.godwit.migration.operation.RowName.Part;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.operation.derive.DeriveModel.Yielded;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads entities, and what they lack. */
final class DeriveReader {

    private static final String NO_MISFIT = "NULL::text";

    private static final String DERIVED_BEFORE = """
            SELECT DISTINCT d.entity
              FROM godwit.derived AS d
             WHERE d.run_id = $1
               AND d.entity = ANY ($2::text[])
            """;

    private final DeriveRun run;
    private final SqlConnection connection;

    DeriveReader(DeriveRun run, SqlConnection connection) {
        this.run = run;
        this.connection = connection;
    }

    /** Entities of a selection that are there. */
    record Found(List<String> inScope, List<String> outOfScope, List<Lacking> lacking) {

        List<String> all() {
            List<String> all = new ArrayList<>(inScope);
            all.addAll(outOfScope);
            return all;
        }
    }

    /**
     * An entity and how many rows it lacks.
     *
     * @param misfit code of what would become of them if they were inserted, where that is no good
     * @param detail a sentence about the misfit
     */
    record Lacking(String key, long missing, Optional<String> misfit, Optional<String> detail) {

        private static Lacking fromRow(Row row) {
            return new Lacking(
                    row.getString("key"),
                    row.getLong("missing"),
                    Optional.ofNullable(row.getString("misfit")),
                    Optional.empty());
        }

        /** An entity for which an expression of the definition cannot be computed. */
        private static Lacking failed(String key, Throwable failure) {
            return new Lacking(key, 1, Optional.of(PgErrors.code(failure)), Optional.of(PgErrors.describe(failure)));
        }

        boolean isDue() {
            return missing > 0;
        }
    }

    /** Reads who is there; fails when the condition of the definition cannot be computed for one of them. */
    Uni<Found> read(Selection selection, boolean lock) {
        Uni<List<Row>> rows = selection instanceof Selection.BlockRange range
                ? query(
                        run.sql().readRange(range.relation(), lock),
                        Tuple.of(range.fromTid(), range.toTid(), run.runId()))
                : query(run.sql().readKeys(lock), Tuple.of((Object) keysOf(selection)));
        return rows.map(DeriveReader::found);
    }

    private static Found found(List<Row> rows) {
        List<String> inScope = new ArrayList<>();
        List<String> outOfScope = new ArrayList<>();
        rows.forEach(row -> (row.getBoolean("in_scope") ? inScope : outOfScope).add(row.getString("key")));
        return new Found(inScope, outOfScope, List.of());
    }

    /** Those of the entities that lack a row. */
    Uni<List<String>> lacking(List<String> keys) {
        if (keys.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return countMissing(keys, NO_MISFIT)
                .map(list ->
                        list.stream().filter(Lacking::isDue).map(Lacking::key).toList());
    }

    /** Those of the entities that this run has derived rows for. */
    Uni<Set<String>> derivedBefore(List<String> keys) {
        return query(DERIVED_BEFORE, Tuple.of(run.runId(), keys.toArray(String[]::new)))
                .map(rows -> new HashSet<>(Rows.texts(rows, "entity")));
    }

    /** Reads a selection with what a commit would do, whatever happens: an entity for which an expression cannot be computed is one that would fail. Locks nothing. */
    Uni<Found> foresee(Selection selection) {
        Set<String> given = names(run.model().yielded().stream().map(Yielded::name));
        Set<String> identity = names(run.model().identity().stream().map(Part::name));
        return new InsertForesight(connection, run.model().target(), given, List.of(identity))
                .misfit()
                .chain(misfit -> carefully(selection, misfit));
    }

    private static Set<String> names(Stream<String> names) {
        return names.collect(Collectors.toSet());
    }

    /** Keys of a selection that lack a row, those included for which that cannot be computed. */
    Uni<List<String>> due(Selection selection) {
        return carefully(selection, NO_MISFIT).map(found -> found.lacking().stream()
                .filter(Lacking::isDue)
                .map(Lacking::key)
                .toList());
    }

    private Uni<Found> carefully(Selection selection, String misfit) {
        return new CarefulReader<>(connection, new Careful(misfit)).read(selection);
    }

    private final class Careful implements CarefulReader.Source<Found> {

        private final String misfit;

        private Careful(String misfit) {
            this.misfit = misfit;
        }

        @Override
        public Uni<Found> read(Selection selection) {
            return DeriveReader.this.read(selection, false).chain(found -> countMissing(found.inScope(), misfit)
                    .map(lacking -> new Found(found.inScope(), found.outOfScope(), lacking)));
        }

        @Override
        public Uni<List<String>> keys(Selection selection) {
            return DeriveReader.this.keys(selection);
        }

        @Override
        public Found none() {
            return new Found(List.of(), List.of(), List.of());
        }

        @Override
        public Found failed(String key, Throwable failure) {
            return new Found(List.of(key), List.of(), List.of(Lacking.failed(key, failure)));
        }

        @Override
        public Found both(Found first, Found second) {
            return new Found(
                    joined(first.inScope(), second.inScope()),
                    joined(first.outOfScope(), second.outOfScope()),
                    joined(first.lacking(), second.lacking()));
        }

        private static <T> List<T> joined(List<T> first, List<T> second) {
            return Stream.concat(first.stream(), second.stream()).toList();
        }
    }

    /** Keys of a selection, with no expression of the definition evaluated. */
    Uni<List<String>> keys(Selection selection) {
        if (selection instanceof Selection.BlockRange range) {
            return query(run.sql().keysOfRange(range.relation()), Tuple.of(range.fromTid(), range.toTid()))
                    .map(rows -> Rows.texts(rows, "key"));
        }
        return Uni.createFrom().item(((Selection.Keys) selection).keys());
    }

    private Uni<List<Lacking>> countMissing(List<String> keys, String misfit) {
        return query(run.sql().countMissing(misfit), Tuple.of((Object) keys.toArray(String[]::new)))
                .map(rows -> rows.stream().map(Lacking::fromRow).toList());
    }

    private static String[] keysOf(Selection selection) {
        return ((Selection.Keys) selection).keys().toArray(String[]::new);
    }

    private Uni<List<Row>> query(String sql, Tuple parameters) {
        return Rows.query(connection, sql, parameters);
    }
}
