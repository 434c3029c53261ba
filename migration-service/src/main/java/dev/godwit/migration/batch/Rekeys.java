package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Selection;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/** The way into a rekey batch from the lanes. */
public final class Rekeys {

    private Rekeys() {}

    /** Classifies a selection and, in a commit run, migrates it; joins the caller's transaction. */
    public static Uni<BatchResult> run(
            RunContext run, SqlConnection connection, long batchNumber, Selection selection, boolean expectWork) {
        return new RekeyBatch(run, connection, batchNumber).run(selection, expectWork);
    }

    /** Keys of the selection that need work, in the order they are read; locks nothing. */
    public static Uni<List<String>> pending(RunContext run, SqlConnection connection, Selection selection) {
        return new RekeyBatch(run, connection, 0).pendingKeys(selection);
    }
}
