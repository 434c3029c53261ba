package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.literal;
import static dev.godwit.migration.definition.Identifier.quote;

import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.constraint.CheckSwap;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.TransformDefinition;
import dev.godwit.migration.functions.FunctionSchema;
import dev.godwit.migration.operation.Effort;
import dev.godwit.migration.operation.GroupSql;
import dev.godwit.migration.operation.Statement;
import dev.godwit.migration.operation.Watched;
import dev.godwit.migration.operation.transform.TransformCompiler;
import dev.godwit.migration.operation.transform.TransformModel;
import dev.godwit.migration.operation.transform.TransformSql;
import dev.godwit.migration.operation.transform.TransformSql.Classification;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Columns change in place. Entities do not depend on one another, and nobody refers to what changes. */
final class Transform implements Operation {

    private static final Effort EFFORT = new Effort(1_400, 30_000);

    private static final String COUNT_JOURNALED = """
            SELECT count(DISTINCT i.key) AS journaled
              FROM godwit.image AS i
             WHERE i.run_id = $1
               AND NOT EXISTS (SELECT FROM godwit.quarantine AS q WHERE q.run_id = $1 AND q.key = i.key)
            """;

    private static final String MIGRATED_BEFORE = """
            SELECT i.key, NULL::text AS reason
              FROM godwit.image AS i
             WHERE i.run_id = $1
               AND i.key = ANY ($2::text[])
               AND i.batch <> $3
            """;

    private final TransformModel model;
    private final TransformSql sql;
    private final Optional<CheckSwap> constraint;

    Transform(TransformModel model) {
        this.model = model;
        this.sql = new TransformSql(model);
        this.constraint = model.definition()
                .constraint()
                .map(swap -> new CheckSwap(
                        model.root(), model.key(), model.definition().where(), swap));
    }

    static Transform compile(TransformDefinition definition, Map<TableName, Table> tables, int serverVersion) {
        return new Transform(TransformCompiler.compile(definition, tables, serverVersion));
    }

    TransformModel model() {
        return model;
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
        return model.triggersOff();
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
    public Uni<Void> prepare(RunContext run, SqlConnection connection) {
        Uni<Void> functions = model.definition()
                .functions()
                .map(file -> new FunctionSchema(file).installFor(connection, run.runId()))
                .orElseGet(() -> Uni.createFrom().voidItem());
        return functions.chain(() -> run.commit() && constraint.isPresent()
                ? constraint.get().open(connection, run.runId())
                : Uni.createFrom().voidItem());
    }

    @Override
    public Optional<CheckSwap> constraint() {
        return constraint;
    }

    @Override
    public Optional<String> vicinity() {
        return Optional.of("SELECT " + literal(model.root()) + " AS relation, md5(t::text) AS row FROM "
                + model.root().quoted() + " AS t WHERE t." + quote(model.key()) + " = ANY ("
                + model.keyType().array(1) + ")");
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
        Classification locking = new Classification(true, false, Optional.empty());
        Classification foreseeing = new Classification(false, true, Optional.empty());
        List<Statement> statements = new ArrayList<>();
        model.leaves()
                .forEach(leaf -> statements.add(new Statement(
                        "read-range",
                        "rows of a range of blocks of " + leaf + ", locked and classified",
                        sql.readRange(leaf, locking))));
        statements.add(new Statement(
                "read-keys", "rows by key, locked and classified: the tail and requests", sql.readKeys(locking)));
        statements.add(new Statement(
                "foresee",
                "the same as a plan reads them: with what would become of each row",
                sql.readKeys(foreseeing)));
        if (sql.appliesRanges(model.root())) {
            statements.add(new Statement(
                    "apply-range",
                    "rows of a range of blocks that are pending, and what they were before, in one statement",
                    sql.applyRange(Optional.empty())));
        }
        statements.add(new Statement(
                "apply", "rows by key that are pending, and what they were before, in one statement", sql.apply()));
        statements.add(new Statement(
                "lock-changed", "rows of a batch, and whether they still are what it made of them", sql.lockChanged()));
        statements.add(new Statement("restore", "rows of a batch as they were before it", sql.restore()));
        constraint.ifPresent(swap -> statements.addAll(swap.statements()));
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
        return sql.previewUndo();
    }

    @Override
    public String undoneEntities() {
        return Undo.entities("image", "key");
    }

    @Override
    public OperationBatch batch(RunContext run, SqlConnection connection, long number) {
        return new TransformWork(new TransformRun(run, model, sql), connection, number);
    }
}
