package dev.godwit.migration.batch;

import dev.godwit.migration.definition.SchemaDefinition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Effort;
import dev.godwit.migration.operation.GroupSql;
import dev.godwit.migration.operation.RunOnce;
import dev.godwit.migration.operation.RunOnce.Direction;
import dev.godwit.migration.operation.Statement;
import dev.godwit.migration.operation.Watched;
import dev.godwit.migration.script.ScriptStatement;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Statements that change the schema, once. There are no entities: nothing is scanned, watched or cut into chunks, and what outcomes tell of are the statements. */
final class Schema implements Operation {

    private static final Effort EFFORT = new Effort(0, 1);

    private static final String COUNT_JOURNALED = """
            SELECT count(*) AS journaled
              FROM godwit.statement
             WHERE run_id = $1
               AND direction = 'up'
               AND outcome = 'migrated'
            """;

    /** A statement that is done is never met again. */
    private static final String MIGRATED_BEFORE = "SELECT NULL::text AS key, NULL::text AS reason WHERE false";

    private static final String PREVIEW_UNDO = """
            SELECT 'godwit.statement' AS relation, count(*) AS restored, 0::bigint AS deleted, 0::bigint AS left
              FROM godwit.statement
             WHERE run_id = $1
               AND direction = 'up'
               AND state <> 'pending'
            """;

    private final RunOnce once;

    private Schema(RunOnce once) {
        this.once = once;
    }

    static Schema of(SchemaDefinition definition) {
        return new Schema(new RunOnce(
                definition.up(), definition.down(), definition.owner(), definition.provides(), definition.patience()));
    }

    @Override
    public Optional<RunOnce> runOnce() {
        return Optional.of(once);
    }

    @Override
    public TableName root() {
        return SchemaDefinition.STATEMENTS;
    }

    @Override
    public List<TableName> leaves() {
        return List.of();
    }

    @Override
    public boolean triggersOff() {
        return false;
    }

    @Override
    public List<Watched> watched() {
        return List.of();
    }

    @Override
    public List<String> keysOf(TableName table, Map<String, String> fields) {
        return List.of();
    }

    @Override
    public Optional<GroupSql> groupSql(List<String> columns) {
        return Optional.empty();
    }

    @Override
    public Effort effort() {
        return EFFORT;
    }

    @Override
    public List<Statement> statements() {
        return Stream.of(Direction.values())
                .flatMap(direction -> once.script(direction).stream()
                        .map(statement -> new Statement(
                                direction.wireName() + '-' + statement.number(),
                                purpose(statement) + by(),
                                text(statement))))
                .toList();
    }

    private static String purpose(ScriptStatement statement) {
        return statement.concurrent().isPresent()
                ? "in no transaction; lasts as long as it must, and others read and write meanwhile"
                : "in one transaction with its neighbours, the journal, the run's state and the outcome event";
    }

    private String by() {
        return once.owner().map(role -> "; as role " + role).orElse("");
    }

    private static String text(ScriptStatement statement) {
        return statement.sql().text();
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
        return PREVIEW_UNDO;
    }

    @Override
    public String undoneEntities() {
        return "SELECT NULL::text AS key WHERE false";
    }

    @Override
    public OperationBatch batch(RunContext run, SqlConnection connection, long number) {
        throw new IllegalStateException("statements of " + run.migration() + " are executed once, not in batches");
    }
}
