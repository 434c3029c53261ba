package dev.godwit.migration.batch;

import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.operation.rekey.RekeyModel;
import dev.godwit.migration.operation.rekey.RekeySql;

/** A run whose operation is a rekey. */
record RekeyRun(RunContext run, RekeyModel model, RekeySql sql) {

    String runId() {
        return run.runId();
    }

    boolean commit() {
        return run.commit();
    }

    boolean duplicates() {
        return run.duplicates();
    }

    String rootName() {
        return run.rootName();
    }

    TableShape shape(String table) {
        return run.shape(table);
    }
}
