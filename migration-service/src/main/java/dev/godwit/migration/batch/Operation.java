package dev.godwit.migration.batch;

import dev.godwit.migration.alias.Aliases;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.constraint.CheckSwap;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Effort;
import dev.godwit.migration.operation.GroupSql;
import dev.godwit.migration.operation.KeySearch;
import dev.godwit.migration.operation.PlannedReference;
import dev.godwit.migration.operation.RunOnce;
import dev.godwit.migration.operation.Statement;
import dev.godwit.migration.operation.Watched;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A definition joined with the catalog: all that lanes, plans and runs know of a migration. They choose which entities are acted on, and when; what happens to them, and
 * how it is undone, is the operation's alone.
 *
 * <p>SQL that an operation answers has the run's id as its first parameter unless something else is said.
 */
public sealed interface Operation permits Rekey, Transform, Derive, Import, Schema {

    /** The table whose rows are the entities. */
    TableName root();

    /** Whether the root is in another database than what is written. */
    default boolean isRootElsewhere() {
        return root().source().isPresent();
    }

    /** Works where the root is: with {@code here}, which is the application's database, or in a session of its own that cannot write. */
    default <T> Uni<T> atRoot(SqlConnection here, Function<SqlConnection, Uni<T>> work) {
        return work.apply(here);
    }

    /** The same where a table is: the root, or one that is written. */
    default <T> Uni<T> at(TableName table, SqlConnection here, Function<SqlConnection, Uni<T>> work) {
        return table.source().isPresent() ? atRoot(here, work) : work.apply(here);
    }

    /** The heaps whose blocks are scanned: the root itself, or its leaf partitions. */
    List<TableName> leaves();

    /** Whether the user's triggers stay quiet in batches. */
    boolean triggersOff();

    /** Tables that the tail listens to, the root first. */
    List<Watched> watched();

    /** Texts by which the operation names the changed row of a watched table, from the published columns; empty when the row is no entity, and hangs on none. */
    List<String> keysOf(TableName table, Map<String, String> fields);

    /** Whether rows of watched tables that were deleted concern the operation too. */
    default boolean hearsDeletions() {
        return false;
    }

    /** Texts that name the changed row of a watched table by its primary key, because it may refer to an entity in a column that it must be looked up in; else empty. */
    default List<String> referringRows(TableName table, Map<String, String> fields) {
        return List.of();
    }

    /** Whether new keys of outcomes are keys of the root: a row that is moved to one finds there what was told of the key's former holder. */
    default boolean movesKeys() {
        return false;
    }

    /** Tables whose keys the identity map holds, by their number there; the root first. */
    default List<TableName> mappedTables() {
        return List.of(root());
    }

    /**
     * Makes what the operation's expressions need, before anything is read, and, in a commit, what its writes need; joins the caller's transaction. Idempotency: what is
     * there is left alone.
     */
    default Uni<Void> prepare(RunContext run, SqlConnection connection) {
        return Uni.createFrom().voidItem();
    }

    /** The statements, where the work is done statement by statement and once; empty where it is done entity by entity. */
    default Optional<RunOnce> runOnce() {
        return Optional.empty();
    }

    /** The check constraint that follows the entities from one form to another; empty when none has to. */
    default Optional<CheckSwap> constraint() {
        return Optional.empty();
    }

    /** The triggers that let children be inserted with old keys of their parents; empty where none are asked for. */
    default Optional<Aliases> aliases() {
        return Optional.empty();
    }

    /** Yields {@code members} of each group of entities that share a new key, over the whole table and without parameters; empty where entities do not depend on one another. */
    default Optional<String> duplicates() {
        return Optional.empty();
    }

    /** Heaps that are scanned after the backfill, because batches do not search them. */
    default List<TableName> sweptInBackfill() {
        return List.of();
    }

    /** Heaps that are scanned once more before completion and after rollback; contains those of {@link #sweptInBackfill()}. */
    default List<TableName> swept() {
        return List.of();
    }

    /** Columns that refer to entities and are rewritten with them. */
    default List<PlannedReference> references() {
        return List.of();
    }

    /** What a plan searches the database for; empty where no key changes. */
    default Optional<KeySearch> keySearch() {
        return Optional.empty();
    }

    /**
     * How the entities are, without a run; empty where Godwit knows no more than the definition's own measures do.
     *
     * @param tables the tables of the operation as the catalog describes them now
     */
    default Optional<Vitals> vitals(Map<TableName, Table> tables) {
        return Optional.empty();
    }

    /**
     * Yields {@code relation} and {@code row}, a digest of the whole row, for every row that is there and that a batch of the entities {@code $1} may write; empty where such
     * rows come and go with the entities, so that counting them tells as much.
     */
    default Optional<String> vicinity() {
        return Optional.empty();
    }

    /** How the columns of the root are read by which counts are grouped; empty where there are no entities. */
    Optional<GroupSql> groupSql(List<String> columns);

    /** What a row costs. */
    Effort effort();

    /** All statements, for people. */
    List<Statement> statements();

    /** Yields {@code journaled}: how many entities the journal says are migrated. */
    String countJournaled();

    /** Yields {@code key} and {@code reason} of those of the keys {@code $2} whose entities the run {@code $1} has migrated before, in another batch than {@code $3}. */
    String migratedBefore();

    /** Yields {@code relation}, {@code restored}, {@code deleted} and {@code left} per table that a rollback would write, the root first. */
    String previewUndo();

    /** Yields {@code key} of every entity that a rollback would look at: the key under which the run would meet it again. */
    String undoneEntities();

    /** The operation at work in a batch, in the caller's transaction. Use once. */
    OperationBatch batch(RunContext run, SqlConnection connection, long number);
}
