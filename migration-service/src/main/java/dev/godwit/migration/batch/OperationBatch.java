package dev.godwit.migration.batch;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Group;
import dev.godwit.migration.operation.Selection;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One batch of an operation. Transaction: joins the caller's. Failure semantics: whatever fails, the caller rolls back, so that nothing of the batch is done. Idempotency:
 * what is as it should be is left alone.
 */
public interface OperationBatch {

    /**
     * Classifies the selection and, in a commit, does what is to be done; a plan takes the same path up to the decision, without locks.
     *
     * @param expectWork reads with locks at once; false reads without first, and locks nothing when there is nothing to do. Keys that were named are read with locks all the same
     *     where a batch that has not committed yet could be writing what somebody else's rows said before
     */
    Uni<BatchResult> work(Selection selection, boolean expectWork);

    /** Keys of the selection that need work, or of which that cannot be told because an expression fails for them, in the order they are read; locks nothing. */
    Uni<List<String>> pending(Selection selection);

    /** In which groups entities are counted as their rows are now, of those that have one; nothing is asked where the definition groups by nothing. */
    default Uni<Map<String, Group>> groupsOf(Collection<String> keys) {
        return Uni.createFrom().item(Map.of());
    }

    /** Undoes what this batch did, by compare and set. */
    Uni<BatchResult> undo();

    /**
     * Keys of the entities that changed rows belong to.
     *
     * @param changed per watched table, how {@link Operation#keysOf} named the rows
     */
    Uni<List<String>> entitiesOf(Map<TableName, Set<String>> changed);

    /** Puts changed rows right that refer to entities, as {@link Operation#referringRows} named them; rows of other tables are passed over. */
    default Uni<BatchResult> references(TableName table, Collection<String> keys) {
        return Uni.createFrom().item(BatchResult.NOTHING);
    }

    /**
     * Puts references in a range of a swept heap right.
     *
     * @param back true while rolling back
     * @param rowByRow rows that cannot be written are told as failed, each by itself; else the first of them fails the batch
     */
    default Uni<BatchResult> sweep(Selection.BlockRange range, boolean back, boolean rowByRow) {
        return Uni.createFrom().item(BatchResult.NOTHING);
    }

    /**
     * Looks once more at entities that a sweep suspected, when everything written before has been applied, and puts right what was missed. Outcomes of rows that went name the
     * entity as their former key.
     */
    default Uni<BatchResult> lookAgain(List<String> suspects) {
        return Uni.createFrom().item(BatchResult.NOTHING);
    }
}
