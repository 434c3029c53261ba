package dev.godwit.migration.batch;

import dev.godwit.migration.operation.imports.ImportInsertSql;
import dev.godwit.migration.operation.imports.ImportModel;
import dev.godwit.migration.operation.imports.ImportSourceSql;
import dev.godwit.migration.operation.imports.ImportSql;
import dev.godwit.migration.operation.imports.ImportUndoSql;

/** A run whose operation is an import. */
record ImportRun(
        RunContext run,
        ImportModel model,
        ImportSourceSql sourceSql,
        ImportSql sql,
        ImportInsertSql insertSql,
        ImportUndoSql undoSql,
        Outside outside) {

    String runId() {
        return run.runId();
    }

    String migration() {
        return run.migration();
    }

    String rootName() {
        return run.rootName();
    }

    /** Display form of the table that gets the rows. */
    String targetName() {
        return model.target().toString();
    }
}
