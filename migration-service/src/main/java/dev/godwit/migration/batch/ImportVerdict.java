package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import java.util.Optional;

/**
 * What is to become of a row of the source, or has become of it.
 *
 * @param at name of the row of the target that is meant
 * @param name name that the row of the target has, or will have, where that is known
 * @param reason code of the outcome
 * @param missing the identity that the row refers to in vain
 */
record ImportVerdict(
        ImportedRow row,
        Kind kind,
        String at,
        Optional<String> name,
        Optional<String> reason,
        Optional<String> detail,
        Optional<Missing> missing) {

    /** Code of a row that refers to one that no import has brought. */
    static final String MISSING_IDENTITY = "missing_identity";

    /** Code of a row that was neither inserted nor found: something keeps it out, and would for ever. */
    static final String NOT_INSERTED = "not_inserted";

    /** What there is to do. */
    enum Kind {
        INSERT,
        UPDATE,
        /** The row is there, is what it should be, and nobody has entered it in the map yet. */
        ADOPT,
        UNCHANGED,
        SKIPPED,
        CONFLICT,
        FAILED
    }

    /** An identity that is not there. */
    record Missing(String migration, String key) {}

    static ImportVerdict of(ImportedRow row, Kind kind) {
        return new ImportVerdict(
                row, kind, null, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    static ImportVerdict inserted(ImportedRow row, String name) {
        return of(row, Kind.INSERT).named(Optional.of(name));
    }

    String key() {
        return row.key();
    }

    ImportVerdict withoutTexts() {
        return new ImportVerdict(row.withoutTexts(), kind, at, name, reason, detail, missing);
    }

    /** A row that was not inserted though nothing is in its place. */
    ImportVerdict keptOut() {
        return because(
                Kind.FAILED,
                NOT_INSERTED,
                "the row was not inserted: a trigger keeps it out or changes its key, or its key is taken");
    }

    ImportVerdict at(String target) {
        return new ImportVerdict(row, kind, target, Optional.ofNullable(target), reason, detail, missing);
    }

    ImportVerdict named(Optional<String> target) {
        return new ImportVerdict(row, kind, at, target, reason, detail, missing);
    }

    ImportVerdict because(Kind other, String code, String sentence) {
        return new ImportVerdict(row, other, at, Optional.empty(), Optional.of(code), Optional.of(sentence), missing);
    }

    ImportVerdict lacking(Missing identity) {
        return new ImportVerdict(row, kind, at, name, reason, detail, Optional.of(identity));
    }

    /** Whether a row of the target is to be written. */
    boolean writes() {
        return kind == Kind.INSERT || kind == Kind.UPDATE;
    }

    /** Whether anything at all is to be written, be it for Godwit alone. */
    boolean isDue() {
        return writes() || kind == Kind.ADOPT || missing.isPresent();
    }

    /** What is told of the entity, the row having been written if it was to be. */
    Outcome outcome(String table) {
        Outcome outcome = Outcome.of(table, key(), outcomeKind());
        outcome = name.map(outcome::to).orElse(outcome);
        outcome = reason.map(outcome::because).orElse(outcome);
        return detail.map(outcome::explained).orElse(outcome);
    }

    private OutcomeKind outcomeKind() {
        return switch (kind) {
            case INSERT, UPDATE -> OutcomeKind.MIGRATED;
            case ADOPT, UNCHANGED -> OutcomeKind.UNCHANGED;
            case SKIPPED -> OutcomeKind.SKIPPED;
            case CONFLICT -> OutcomeKind.CONFLICT;
            case FAILED -> OutcomeKind.FAILED;
        };
    }
}
