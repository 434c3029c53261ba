package dev.godwit.migration.batch;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Group;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.operation.rekey.RekeyModel.FoundReference;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One batch of a rekey, as the lanes see it. */
final class RekeyWork implements OperationBatch {

    /** Code of a reference row that the sweep translated. */
    static final String REFERENCE = "reference";

    /** Code of a reference that the application wrote after its entity had moved. */
    static final String LATE_REFERENCE = "late_reference";

    private final RekeyRun run;
    private final SqlConnection connection;
    private final long number;

    RekeyWork(RekeyRun run, SqlConnection connection, long number) {
        this.run = run;
        this.connection = connection;
        this.number = number;
    }

    @Override
    public Uni<BatchResult> work(Selection selection, boolean expectWork) {
        return new RekeyBatch(run, connection, number)
                .run(selection, expectWork)
                .call(this::mustKnowForeignKeys);
    }

    /** What cannot be read as a whole, because an expression fails for a row or too much hangs on it, is halved until that row is found. */
    @Override
    public Uni<List<String>> pending(Selection selection) {
        return new CarefulReader<>(connection, new Pending()).read(selection);
    }

    private final class Pending implements CarefulReader.ListSource<String> {

        @Override
        public Uni<List<String>> read(Selection selection) {
            return new RekeyBatch(run, connection, number).pendingKeys(selection);
        }

        @Override
        public Uni<List<String>> keys(Selection selection) {
            return RekeyWork.this.keys(selection);
        }

        /** That it cannot be read is for whoever tries to migrate it. */
        @Override
        public List<String> failed(String key, Throwable failure) {
            return List.of(key);
        }
    }

    private Uni<List<String>> keys(Selection selection) {
        if (selection instanceof Selection.BlockRange range) {
            Tuple bounds = Tuple.of(range.fromTid(), range.toTid());
            return Rows.query(connection, run.sql().keysOfRange(range.relation()), bounds)
                    .map(rows -> Rows.texts(rows, "key"));
        }
        return Uni.createFrom().item(List.copyOf(((Selection.Keys) selection).keys()));
    }

    @Override
    public Uni<Map<String, Group>> groupsOf(Collection<String> keys) {
        return new GroupReader(run.run(), connection).of(keys);
    }

    @Override
    public Uni<BatchResult> undo() {
        return new UndoBatch(run, connection, number).undo().call(this::mustKnowForeignKeys);
    }

    /** Without triggers nothing enforces a foreign key that came after the run had looked, and its rows would be left behind. */
    private Uni<Void> mustKnowForeignKeys(BatchResult result) {
        return run.model().triggersOff() && result.wrote() && run.run().commit()
                ? new UnknownForeignKeys(run, connection).refuse()
                : Uni.createFrom().voidItem();
    }

    /** The root rows that changed, and those whose derived children did, on any level. */
    @Override
    public Uni<List<String>> entitiesOf(Map<TableName, Set<String>> changed) {
        List<Set<String>> keys = new ArrayList<>();
        for (int map = 0; map <= run.model().derived().size(); map++) {
            keys.add(new LinkedHashSet<>(changed.getOrDefault(run.model().tableOfMap(map), Set.of())));
        }
        return addParents(keys, run.model().derived().size()).replaceWith(() -> List.copyOf(keys.get(0)));
    }

    /** From the last derived child to the first: parents come before their children. */
    private Uni<Void> addParents(List<Set<String>> keys, int map) {
        if (map == 0) {
            return Uni.createFrom().voidItem();
        }
        if (keys.get(map).isEmpty()) {
            return addParents(keys, map - 1);
        }
        Set<String> above = keys.get(run.model().derived().get(map - 1).parentMap());
        return connection
                .preparedQuery(run.sql().parentsOfDerived(map))
                .execute(Tuple.of((Object) keys.get(map).toArray(String[]::new)))
                .invoke(rows -> rows.forEach(row -> above.add(row.getString("key"))))
                .chain(() -> addParents(keys, map - 1));
    }

    @Override
    public Uni<BatchResult> references(TableName table, Collection<String> keys) {
        if (run.model().softReferences().stream()
                .noneMatch(reference -> reference.table().equals(table))) {
            return Uni.createFrom().item(BatchResult.NOTHING);
        }
        List<List<String>> rows = keys.stream()
                .map(key -> ReferenceTranslation.parseKey(run, table, key).orElseThrow())
                .toList();
        return translation(table, LATE_REFERENCE, false).rows(rows);
    }

    @Override
    public Uni<BatchResult> sweep(Selection.BlockRange range, boolean back, boolean rowByRow) {
        TableName table = run.model().softReferences().stream()
                .filter(r -> r.leaves().contains(range.relation()) || r.table().equals(range.relation()))
                .findFirst()
                .map(FoundReference::table)
                .orElseThrow(() -> new IllegalStateException(range.relation() + " holds no declared reference"));
        return translation(table, REFERENCE, back).sweep(range, rowByRow);
    }

    private ReferenceTranslation translation(TableName table, String reason, boolean back) {
        return new ReferenceTranslation(run, connection, number, table, reason, back);
    }
}
