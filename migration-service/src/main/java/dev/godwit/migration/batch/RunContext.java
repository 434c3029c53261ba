package dev.godwit.migration.batch;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.operation.GroupSql;
import dev.godwit.migration.operation.TableShape;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a batch needs to know of its run; does not change while the run lasts.
 *
 * @param serial number of the run's fence
 * @param barrier the first transaction that began after the tail had begun to listen; empty for plans
 * @param duplicates whether grouping over the whole table found entities that depend on one another
 * @param hideWrites whether the batch's writes are kept from the tail by a replication origin
 * @param shapes every table that a batch may write, by display name
 * @param standing what the tables looked like when this was compiled; empty where nobody asks
 * @param traceparent of the span that batches of this work belong to; empty: of the command that the run obeyed last
 */
public record RunContext(
        String runId,
        long serial,
        Definition definition,
        boolean commit,
        Operation operation,
        Optional<Long> barrier,
        boolean duplicates,
        boolean hideWrites,
        Map<String, TableShape> shapes,
        Optional<Standing> standing,
        Optional<String> traceparent) {

    /** The same for work within a span. */
    public RunContext within(Optional<String> span) {
        return new RunContext(
                runId, serial, definition, commit, operation, barrier, duplicates, hideWrites, shapes, standing, span);
    }

    /** Display form of the root table, which is how outcomes of entities name their table. */
    public String rootName() {
        return operation.root().toString();
    }

    /** The shape of a table that the operation knows. */
    public TableShape shape(String table) {
        return Objects.requireNonNull(shapes.get(table), () -> "no shape of " + table);
    }

    /** The statements that read the columns by which counts are grouped; empty where the definition names none. */
    Optional<GroupSql> groupSql() {
        return definition.summary().isEmpty() ? Optional.empty() : operation.groupSql(definition.summary());
    }

    public String migration() {
        return definition.migration();
    }

    /** The operation at work in a batch that holds its fence and lease. */
    public OperationBatch on(Batches.Opened opened) {
        return on(opened.connection(), opened.number());
    }

    /** The operation at work in the batch of that number. */
    public OperationBatch on(SqlConnection connection, long batch) {
        return operation.batch(this, connection, batch);
    }
}
