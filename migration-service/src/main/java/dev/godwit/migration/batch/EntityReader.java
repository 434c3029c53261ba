package dev.godwit.migration.batch;

import dev.godwit.migration.definition.KeyExpression;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.operation.rekey.EntityRow;
import dev.godwit.migration.operation.rekey.RekeyModel;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;
import java.util.List;

/** Reads entities with the keys they should have. */
final class EntityReader {

    private final RekeyRun run;
    private final SqlConnection connection;

    EntityReader(RekeyRun run, SqlConnection connection) {
        this.run = run;
        this.connection = connection;
    }

    Uni<List<EntityRow>> read(Selection selection, boolean lock) {
        if (selection instanceof Selection.BlockRange range) {
            return query(run.sql().readRange(range.relation(), lock), Tuple.of(range.fromTid(), range.toTid()));
        }
        return read(((Selection.Keys) selection).keys(), lock);
    }

    Uni<List<EntityRow>> read(Collection<String> keys, boolean lock) {
        return query(run.sql().readKeys(lock), Tuple.of((Object) keys.toArray(String[]::new)));
    }

    private Uni<List<EntityRow>> query(String sql, Tuple parameters) {
        return query(connection, run.model(), sql, parameters);
    }

    /** Entities of a statement that yields the columns of an entity. */
    static Uni<List<EntityRow>> query(SqlConnection connection, RekeyModel model, String sql, Tuple parameters) {
        boolean uuid5 = model.to() instanceof KeyExpression.Uuid5;
        return Rows.query(connection, sql, parameters)
                .map(rows -> rows.stream().map(row -> entity(row, uuid5)).toList());
    }

    private static EntityRow entity(Row row, boolean uuid5) {
        return new EntityRow(
                row.getString("key"),
                EntityRow.keyOf(uuid5, row.getString("namespace"), row.getString("name")),
                row.getBoolean("in_scope"));
    }
}
