package dev.godwit.migration.plan;

import dev.godwit.migration.constraint.CheckSwap;
import dev.godwit.migration.constraint.ConstraintForm;
import dev.godwit.migration.definition.ConstraintSwap;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.TransformDefinition;
import dev.godwit.migration.definition.Writers;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;

/** What is to be known of the check constraint that follows the rows of a transform. */
final class ConstraintFindings {

    private final SqlConnection connection;
    private final ReadOnly database;
    private final TransformDefinition transform;
    private final ConstraintSwap swap;
    private final CheckSwap check;

    ConstraintFindings(SqlConnection connection, ReadOnly database, TransformDefinition transform, String key) {
        this.connection = connection;
        this.database = database;
        this.transform = transform;
        this.swap = transform.constraint().orElseThrow();
        this.check = new CheckSwap(transform.table(), key, transform.where(), swap);
    }

    /** Expressions are known to be right. */
    Uni<List<Finding>> find() {
        return database.transaction(() -> check.form(connection)
                .chain(form -> check.definition(connection).map(there -> judge(form, there.orElse("")))));
    }

    private List<Finding> judge(ConstraintForm form, String catalogued) {
        TableName table = transform.table();
        String name = "constraint " + swap.name() + " of " + table;
        List<Finding> findings = new ArrayList<>();
        switch (form) {
            case FORMER, WIDE ->
                findings.add(
                        Finding.warn(
                                "constraint_changes",
                                name + (form == ConstraintForm.WIDE ? " allows both forms since an earlier run" : "")
                                        + (form == ConstraintForm.WIDE ? "; " : " first allows both forms; ")
                                        + "when no row is pending it demands " + swap.to(),
                                "each change locks the table for a moment, and rows are checked while they are read and written"));
            case NEW ->
                findings.add(Finding.warn(
                        "constraint_is_new", name + " demands the new form already; it is left as it is", ""));
            case OTHER ->
                findings.add(Finding.refuse(
                        "constraint_differs",
                        name + " is " + catalogued + ", which is not what transform.constraint.from says",
                        "write from: as the catalog has it; writes that it allows today must not fail during the run"));
            case ABSENT ->
                findings.add(Finding.refuse(
                        "unknown_constraint",
                        table + " has no check constraint '" + swap.name() + "'",
                        "correct transform.constraint.name, or leave constraint out"));
        }
        if (transform.writers() == Writers.OLD && form != ConstraintForm.NEW) {
            findings.add(Finding.warn(
                    "constraint_ends_old_writes",
                    "writers are old: what the application writes is changed until the run completes; from then on "
                            + name + " refuses the former form",
                    "run with --follow, and complete the run when the application writes the new form"));
        }
        return findings;
    }
}
