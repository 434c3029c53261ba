package dev.godwit.migration.batch;

import dev.godwit.migration.operation.transform.TransformModel;
import dev.godwit.migration.operation.transform.TransformSql;

/** A run whose operation is a transform. */
record TransformRun(RunContext run, TransformModel model, TransformSql sql) {

    String runId() {
        return run.runId();
    }

    String rootName() {
        return run.rootName();
    }
}
