package dev.godwit.migration.batch;

import dev.godwit.migration.batch.ImportWriter.Deleted;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.Selection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The outcomes of a batch of an import. Rows that follow their source after they were told have outcomes of their own, so that a verification that repairs something shows it. */
final class ImportResult {

    /** Code of a row that was written once more, because it was not what its source says. */
    static final String SOURCE_CHANGED = "source_changed";

    /** Code of a row that went because its source row did. */
    static final String SOURCE_DELETED = "source_deleted";

    private final ImportRun run;
    private final Selection selection;
    private final List<Outcome> outcomes = new ArrayList<>();

    ImportResult(ImportRun run, Selection selection) {
        this.run = run;
        this.selection = selection;
    }

    /**
     * What was done, or in a plan would be.
     *
     * @param before keys of rows that the run has written before
     * @param left names of rows that stay though their source rows are gone
     */
    BatchResult of(ImportWork.Seen seen, Set<String> before, List<Deleted> gone, List<String> left) {
        long written = gone.size();
        for (ImportVerdict verdict : seen.verdicts()) {
            boolean again = verdict.writes() && before.contains(verdict.key());
            outcomes.add(again ? stillMigrated(verdict) : verdict.outcome(run.rootName()));
            if (again) {
                outcomes.add(row(verdict.name().orElseThrow(), OutcomeKind.MIGRATED, SOURCE_CHANGED));
            }
            written += verdict.writes() ? 1 : 0;
        }
        gone.forEach(row -> outcomes.add(
                row(row.name(), OutcomeKind.MIGRATED, SOURCE_DELETED).known(List.of(row.key()))));
        left.forEach(name -> outcomes.add(row(name, OutcomeKind.CONFLICT, DeriveUndo.REFERENCED)
                .explained("its source row is gone, but rows of others refer to it")));
        Map<String, Long> touched = written == 0 ? Map.of() : Map.of(run.targetName(), written);
        return new BatchResult(
                outcomes,
                touched,
                notFound(seen),
                outOfScope(seen),
                List.of(),
                seen.rows().size());
    }

    private Outcome stillMigrated(ImportVerdict verdict) {
        Outcome outcome = Outcome.of(run.rootName(), verdict.key(), OutcomeKind.UNCHANGED);
        return verdict.name().map(outcome::to).orElse(outcome);
    }

    private Outcome row(String name, OutcomeKind kind, String reason) {
        return Outcome.of(run.targetName(), name, kind).because(reason);
    }

    private static List<String> outOfScope(ImportWork.Seen seen) {
        return seen.rows().stream()
                .filter(row -> !row.inScope())
                .map(ImportedRow::key)
                .toList();
    }

    private List<String> notFound(ImportWork.Seen seen) {
        if (selection instanceof Selection.Keys keys) {
            Set<String> there = new HashSet<>();
            seen.rows().forEach(row -> there.add(row.key()));
            return keys.keys().stream().filter(key -> !there.contains(key)).toList();
        }
        return List.of();
    }
}
