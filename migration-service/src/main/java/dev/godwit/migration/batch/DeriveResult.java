package dev.godwit.migration.batch;

import dev.godwit.migration.batch.DeriveReader.Found;
import dev.godwit.migration.batch.DeriveReader.Lacking;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.Selection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The outcomes of a batch of a derive. Rows that come or go after their entity was told have outcomes of their own, so that a verification that repairs something shows it. */
final class DeriveResult {

    /** Code of a row that an entity got after the run had derived others for it. */
    static final String LATE_ROW = "late_row";

    /** Code of a row that was taken back because its entity no longer derives it. */
    static final String RETRACTED = "retracted";

    /** Code of an entity with a row that was neither there nor could be inserted. */
    static final String NOT_INSERTED = "not_inserted";

    private final DeriveRun run;
    private final Selection selection;
    private final Found found;
    private final List<Outcome> outcomes = new ArrayList<>();
    private Set<String> derivedBefore = Set.of();

    DeriveResult(DeriveRun run, Selection selection, Found found) {
        this.run = run;
        this.selection = selection;
        this.found = found;
    }

    DeriveResult derivedBefore(Set<String> entities) {
        derivedBefore = entities;
        return this;
    }

    /** What a commit would do. */
    BatchResult foreseen() {
        Map<String, Lacking> lacking = new HashMap<>();
        found.lacking().forEach(each -> lacking.put(each.key(), each));
        long written = 0;
        for (String key : found.inScope()) {
            Lacking lacks = lacking.get(key);
            if (lacks == null || !lacks.isDue()) {
                outcomes.add(entity(key, OutcomeKind.UNCHANGED));
            } else if (lacks.misfit().isPresent()) {
                Outcome failed =
                        entity(key, OutcomeKind.FAILED).because(lacks.misfit().get());
                outcomes.add(lacks.detail().map(failed::explained).orElse(failed));
            } else {
                outcomes.add(derived(key, lacks.missing()));
                written += lacks.missing();
            }
        }
        return result(written);
    }

    /** What was done. */
    BatchResult done(List<Inserted> inserted, List<DeriveRetraction.Row> retracted, Set<String> refused) {
        Map<String, Inserted> byEntity = new HashMap<>();
        inserted.forEach(each -> byEntity.put(each.entity(), each));
        long written = retracted.size();
        for (String key : found.inScope()) {
            Inserted got = byEntity.getOrDefault(key, new Inserted(key, 0, List.of()));
            written += got.names().size();
            if (refused.contains(key)) {
                outcomes.add(
                        entity(key, OutcomeKind.FAILED)
                                .because(NOT_INSERTED)
                                .explained(
                                        "a row that it derives was not inserted: a trigger keeps it out, or changes its identity"));
            } else if (got.names().isEmpty() || derivedBefore.contains(key)) {
                outcomes.add(entity(key, OutcomeKind.UNCHANGED));
                got.names().forEach(name -> outcomes.add(row(name, LATE_ROW)));
            } else {
                outcomes.add(derived(key, got.names().size()));
            }
        }
        retracted.forEach(gone -> outcomes.add(row(gone.name(), RETRACTED)));
        return result(written);
    }

    private Outcome derived(String key, long rows) {
        return entity(key, OutcomeKind.MIGRATED).explained(rows == 1 ? "1 row" : rows + " rows");
    }

    private Outcome entity(String key, OutcomeKind kind) {
        return Outcome.of(run.rootName(), key, kind);
    }

    private Outcome row(String name, String reason) {
        return Outcome.of(run.targetName(), name, OutcomeKind.MIGRATED).because(reason);
    }

    private BatchResult result(long written) {
        Map<String, Long> touched = written == 0 ? Map.of() : Map.of(run.targetName(), written);
        int read = found.inScope().size() + found.outOfScope().size();
        return new BatchResult(outcomes, touched, notFound(), found.outOfScope(), List.of(), read);
    }

    private List<String> notFound() {
        if (selection instanceof Selection.Keys keys) {
            Set<String> there = new HashSet<>(found.all());
            return keys.keys().stream().filter(key -> !there.contains(key)).toList();
        }
        return List.of();
    }
}
