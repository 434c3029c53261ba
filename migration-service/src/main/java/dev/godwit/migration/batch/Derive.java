package dev.godwit.migration.batch;

import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.DeriveDefinition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Effort;
import dev.godwit.migration.operation.GroupSql;
import dev.godwit.migration.operation.RowName.Part;
import dev.godwit.migration.operation.Statement;
import dev.godwit.migration.operation.Watched;
import dev.godwit.migration.operation.derive.DeriveCompiler;
import dev.godwit.migration.operation.derive.DeriveModel;
import dev.godwit.migration.operation.derive.DeriveModel.Watch;
import dev.godwit.migration.operation.derive.DeriveSql;
import dev.godwit.migration.operation.derive.DeriveUndoSql;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Entities get rows in another table, where there is none with the same identity. */
final class Derive implements Operation {

    private static final Effort EFFORT = new Effort(500, 30_000);

    private static final String COUNT_JOURNALED = """
            SELECT count(DISTINCT d.entity) AS journaled
              FROM godwit.derived AS d
             WHERE d.run_id = $1
               AND NOT EXISTS (SELECT FROM godwit.quarantine AS q WHERE q.run_id = $1 AND q.key = d.entity)
            """;

    private static final String MIGRATED_BEFORE = """
            SELECT DISTINCT d.entity AS key, NULL::text AS reason
              FROM godwit.derived AS d
             WHERE d.run_id = $1
               AND d.entity = ANY ($2::text[])
               AND d.batch <> $3
            """;

    private final DeriveModel model;
    private final DeriveSql sql;
    private final DeriveUndoSql undoSql;

    private Derive(DeriveModel model) {
        this.model = model;
        this.sql = new DeriveSql(model);
        this.undoSql = new DeriveUndoSql(model);
    }

    static Derive compile(DeriveDefinition definition, Map<TableName, Table> tables, List<String> columns) {
        return new Derive(DeriveCompiler.compile(definition, tables, columns));
    }

    @Override
    public TableName root() {
        return model.root();
    }

    @Override
    public List<TableName> leaves() {
        return model.leaves();
    }

    @Override
    public boolean triggersOff() {
        return false;
    }

    @Override
    public List<Watched> watched() {
        List<Watched> watched = new ArrayList<>();
        watched.add(new Watched(model.root(), Optional.of(model.key())));
        model.watches().forEach(watch -> watched.add(new Watched(watch.table(), Optional.empty())));
        return watched;
    }

    @Override
    public List<String> keysOf(TableName table, Map<String, String> fields) {
        Set<String> names = new LinkedHashSet<>();
        if (table.equals(model.root())) {
            names.add(fields.get(model.key()));
        }
        model.watches().stream()
                .filter(watch -> watch.table().equals(table))
                .map(Watch::primaryKey)
                .forEach(key ->
                        names.add(RowKey.text(key.stream().map(Part::name).toList(), fields)));
        names.remove(null);
        return List.copyOf(names);
    }

    /** Rows whose entities are gone are found in the target: nobody tells of them. */
    @Override
    public List<TableName> swept() {
        return model.targetLeaves();
    }

    @Override
    public Optional<GroupSql> groupSql(List<String> columns) {
        return Optional.of(new GroupSql(model.root(), model.key(), model.keyType(), columns));
    }

    @Override
    public Effort effort() {
        return EFFORT;
    }

    @Override
    public List<Statement> statements() {
        List<Statement> statements = new ArrayList<>();
        model.leaves()
                .forEach(leaf -> statements.add(new Statement(
                        "read-range",
                        "entities of a range of blocks of " + leaf + ", locked",
                        sql.readRange(leaf, true))));
        statements.add(
                new Statement("read-keys", "entities by key, locked: the tail and requests", sql.readKeys(true)));
        model.watches()
                .forEach(watch -> statements.add(new Statement(
                        "entities-of",
                        "entities that changed rows of " + watch.table() + " belong to",
                        sql.entitiesOf(watch))));
        statements.add(new Statement(
                "count-missing",
                "how many rows entities lack: plans and verification",
                sql.countMissing("NULL::text")));
        statements.add(new Statement(
                "insert-missing",
                "rows that entities lack, inserted and journaled in one statement",
                sql.insertMissing()));
        statements.add(new Statement(
                "superfluous", "rows of the run that their entities no longer derive", undoSql.superfluous()));
        model.targetLeaves()
                .forEach(leaf -> statements.add(new Statement(
                        "orphaned",
                        "rows of the run in a range of blocks of " + leaf + " whose entities are gone",
                        undoSql.orphaned(leaf))));
        statements.add(new Statement(
                "lock-inserted",
                "rows of a batch, and whether they still are what it inserted",
                undoSql.lockInserted()));
        statements.add(new Statement("delete", "rows that are taken back", undoSql.delete()));
        return statements;
    }

    @Override
    public String countJournaled() {
        return COUNT_JOURNALED;
    }

    @Override
    public String migratedBefore() {
        return MIGRATED_BEFORE;
    }

    @Override
    public String previewUndo() {
        return undoSql.preview();
    }

    @Override
    public String undoneEntities() {
        return Undo.entities("derived", "entity");
    }

    @Override
    public OperationBatch batch(RunContext run, SqlConnection connection, long number) {
        return new DeriveWork(new DeriveRun(run, model, sql, undoSql), connection, number);
    }
}
