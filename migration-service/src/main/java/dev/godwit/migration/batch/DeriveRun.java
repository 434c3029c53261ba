package dev.godwit.migration.batch;

import dev.godwit.migration.operation.derive.DeriveModel;
import dev.godwit.migration.operation.derive.DeriveSql;
import dev.godwit.migration.operation.derive.DeriveUndoSql;

/** A run whose operation is a derive. */
record DeriveRun(RunContext run, DeriveModel model, DeriveSql sql, DeriveUndoSql undoSql) {

    String runId() {
        return run.runId();
    }

    String rootName() {
        return run.rootName();
    }

    /** Display form of the table that gets the rows. */
    String targetName() {
        return model.target().toString();
    }
}
