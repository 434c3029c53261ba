package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.transform.Foresight;
import io.vertx.mutiny.sqlclient.Row;
import java.util.Optional;

/**
 * A row as a transform classifies it.
 *
 * @param late whether it was written after the run began, by writers of the new form
 * @param forbidden whether the constraint that is to come forbids the row as it is
 * @param misfit code of what would become of the row if it were changed, where that is no good
 * @param detail a sentence about the misfit
 */
record Candidate(
        String key,
        boolean inScope,
        boolean pending,
        boolean late,
        boolean forbidden,
        Optional<String> misfit,
        Optional<String> detail) {

    /** Code of a row that looks pending although writers of the new form wrote it. */
    static final String WRITTEN_MEANWHILE = "written_meanwhile";

    /** Code of a row that needs no change, and yet keeps the new constraint from being made. */
    static final String HOLDS_FORMER_VALUE = "holds_former_value";

    static Candidate fromRow(Row row, boolean writersNew) {
        return new Candidate(
                row.getString("key"),
                row.getBoolean("in_scope"),
                row.getBoolean("pending"),
                writersNew && row.getBoolean("late"),
                row.getBoolean("forbidden"),
                Optional.ofNullable(row.getString("misfit")),
                Optional.empty());
    }

    /** A row for which an expression of the definition cannot be computed. */
    static Candidate failed(String key, String code, String detail) {
        return new Candidate(key, true, true, false, false, Optional.of(code), Optional.of(detail));
    }

    /** A row that was due and has been changed, from {@code key} and the {@code misfit} of what it became. */
    static Candidate changed(Row row) {
        return new Candidate(
                row.getString("key"),
                true,
                true,
                false,
                false,
                Optional.ofNullable(row.getString("misfit")),
                Optional.empty());
    }

    /** Whether there is something to do. */
    boolean isDue() {
        return inScope && pending && !late;
    }

    /** What becomes, or would become, of the row when it is in scope. */
    Outcome outcome(String table) {
        if (!pending) {
            return forbidden
                    ? Outcome.of(table, key, OutcomeKind.SKIPPED)
                            .because(HOLDS_FORMER_VALUE)
                            .explained("the row is not pending, but the constraint that is to come forbids it")
                    : Outcome.of(table, key, OutcomeKind.UNCHANGED);
        }
        if (late) {
            return Outcome.of(table, key, OutcomeKind.SKIPPED)
                    .because(WRITTEN_MEANWHILE)
                    .explained("writers are new, and this row was written since the run began: it is left as it is");
        }
        return misfit.map(code -> Outcome.of(table, key, OutcomeKind.FAILED)
                        .because(code)
                        .explained(detail.orElse(Foresight.sentence(code))))
                .orElse(Outcome.of(table, key, OutcomeKind.MIGRATED));
    }
}
