package dev.godwit.migration.batch;

import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.ImportDefinition;
import dev.godwit.migration.definition.OnDelete;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Effort;
import dev.godwit.migration.operation.GroupSql;
import dev.godwit.migration.operation.Statement;
import dev.godwit.migration.operation.Watched;
import dev.godwit.migration.operation.imports.ImportCompiler;
import dev.godwit.migration.operation.imports.ImportInsertSql;
import dev.godwit.migration.operation.imports.ImportModel;
import dev.godwit.migration.operation.imports.ImportSourceSql;
import dev.godwit.migration.operation.imports.ImportSql;
import dev.godwit.migration.operation.imports.ImportUndoSql;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Rows of one table become rows of another, and stay what their source says while the run lasts. */
final class Import implements Operation {

    private static final Effort EFFORT = new Effort(900, 15_000);

    private static final String NOT_FORESEEN = "NULL::text";

    private static final String COUNT_JOURNALED = """
            SELECT count(DISTINCT c.entity) AS journaled
              FROM godwit.import_change AS c
             WHERE c.run_id = $1
               AND c.action <> 'delete'
               AND NOT EXISTS (SELECT FROM godwit.quarantine AS q WHERE q.run_id = $1 AND q.key = c.entity)
            """;

    private static final String MIGRATED_BEFORE = """
            SELECT DISTINCT c.entity AS key, NULL::text AS reason
              FROM godwit.import_change AS c
             WHERE c.run_id = $1
               AND c.entity = ANY ($2::text[])
               AND c.action <> 'delete'
               AND c.batch <> $3
            """;

    private final ImportModel model;
    private final ImportSourceSql sourceSql;
    private final ImportSql sql;
    private final ImportInsertSql insertSql;
    private final ImportUndoSql undoSql;
    private final Outside outside;

    private Import(ImportModel model, Outside outside) {
        this.model = model;
        this.sourceSql = new ImportSourceSql(model);
        this.sql = new ImportSql(model);
        this.insertSql = new ImportInsertSql(model);
        this.undoSql = new ImportUndoSql(model);
        this.outside = outside;
    }

    static Import compile(
            ImportDefinition definition, Map<TableName, Table> source, Map<TableName, Table> target, Outside outside) {
        return new Import(ImportCompiler.compile(definition, source, target), outside);
    }

    @Override
    public <T> Uni<T> atRoot(SqlConnection here, Function<SqlConnection, Uni<T>> work) {
        return root().source().map(name -> outside.within(name, work)).orElseGet(() -> work.apply(here));
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
        return List.of(new Watched(model.root(), Optional.of(model.key())));
    }

    @Override
    public List<String> keysOf(TableName table, Map<String, String> fields) {
        String key = fields.get(model.key());
        return table.equals(model.root()) && key != null ? List.of(key) : List.of();
    }

    @Override
    public boolean hearsDeletions() {
        return model.definition().onDelete() == OnDelete.DELETE;
    }

    /** Which of several rows has a place is decided over all of them. */
    @Override
    public Optional<String> duplicates() {
        return sourceSql.duplicates();
    }

    /** Rows whose source rows went before anybody listened are found in the target. */
    @Override
    public List<TableName> swept() {
        return model.definition().onDelete() == OnDelete.DELETE ? model.targetLeaves() : List.of();
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
                        "keys-of-range", "keys of a range of blocks of " + leaf, sourceSql.keysOfRange(leaf, true))));
        statements.add(new Statement(
                "read", "rows of the source by key, once the map's rows of these keys are locked", sourceSql.read()));
        sourceSql
                .duplicates()
                .ifPresent(groups -> statements.add(
                        new Statement("duplicates", "rows of the source that want the same place", groups)));
        statements.add(new Statement(
                "judge",
                "compares rows of the source with those of the target, in the target's types",
                sql.judge(NOT_FORESEEN, NOT_FORESEEN)));
        if (model.naming().isPresent()) {
            model.leaves()
                    .forEach(leaf -> statements.add(new Statement(
                            "heads-of-range",
                            "keys of a range of blocks of " + leaf + ", and what names their rows in the target",
                            sourceSql.headsOfRange(leaf))));
            statements.add(new Statement(
                    "claim",
                    "rows that are not in the map, entered under the names they will have",
                    insertSql.claim()));
            model.leaves()
                    .forEach(leaf -> statements.add(new Statement(
                            "read-range",
                            "rows of a range of blocks of " + leaf + ", once the map's rows of their keys are locked",
                            sourceSql.readRange(leaf))));
            statements.add(new Statement(
                    "insert-unjudged",
                    "rows that the map has not met before, inserted where their place is free",
                    insertSql.insertUnjudged()));
        }
        statements.add(new Statement(
                "insert", "rows that are not there, inserted and journaled in one statement", insertSql.insert()));
        statements.add(new Statement(
                "update", "rows that are not what their source says, and what they were before", sql.update()));
        statements.add(new Statement("delete", "rows whose source rows are gone", sql.delete()));
        statements.add(new Statement(
                "lock-changed",
                "rows of a batch, and whether they still are what it made of them",
                undoSql.lockChanged()));
        statements.add(new Statement("take-back", "inserted rows, deleted again", undoSql.delete()));
        statements.add(new Statement("restore", "updated rows as they were before", undoSql.restore()));
        statements.add(new Statement("insert-again", "deleted rows as they were", undoSql.insertAgain()));
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
        return Undo.entities("import_change", "entity");
    }

    @Override
    public OperationBatch batch(RunContext run, SqlConnection connection, long number) {
        ImportSource source =
                (statement, parameters) -> atRoot(connection, session -> Rows.query(session, statement, parameters));
        return new ImportWork(
                new ImportRun(run, model, sourceSql, sql, insertSql, undoSql, outside), connection, source, number);
    }
}
