package dev.godwit.migration.run;

import dev.godwit.migration.batch.Rehearsal.Entity;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.operation.Counts;
import dev.godwit.migration.operation.Effort;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.PlannedReference;
import dev.godwit.migration.outbox.OutcomeEvents;
import dev.godwit.migration.plan.Figure;
import dev.godwit.migration.sql.PgErrors;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a rehearsal tells. */
final class RehearsalReport {

    private final RunContext run;
    private final int asked;
    private final int drawn;
    private final List<Entity> entities;

    /**
     * @param asked how many entities were asked for
     * @param drawn how many were found that need work, at most as many
     */
    RehearsalReport(RunContext run, int asked, int drawn, List<Entity> entities) {
        this.run = run;
        this.asked = asked;
        this.drawn = drawn;
        this.entities = entities;
    }

    JsonObject toJson(List<String> notes, Optional<JsonObject> plan) {
        JsonArray all = new JsonArray();
        entities.forEach(entity -> all.add(toJson(entity)));
        long differing = entities.stream()
                .filter(entity -> !entity.differences().isEmpty())
                .count();
        return new JsonObject()
                .put("migration", run.migration())
                .put("definitionHash", run.definition().hash())
                .put("asked", asked)
                .put("rehearsed", entities.size())
                .put("counts", OutcomeEvents.counts(Counts.of(run.rootName(), outcomes())))
                .put("differing", differing)
                .put("millis", spread(entities.stream().map(Entity::took).toList()))
                .put(
                        "undoMillis",
                        spread(entities.stream().map(Entity::undoTook).toList()))
                .put("locks", locks())
                .put("effort", effort(plan))
                .put("notRehearsed", notRehearsed(notes))
                .put("entities", all);
    }

    private List<Outcome> outcomes() {
        List<Outcome> outcomes = new ArrayList<>();
        for (Entity entity : entities) {
            entity.failure()
                    .ifPresentOrElse(
                            failure -> outcomes.add(Outcome.of(run.rootName(), entity.key(), OutcomeKind.FAILED)),
                            () -> own(entity).ifPresent(outcomes::add));
        }
        return outcomes;
    }

    /** What became of the entity itself; a batch may tell of its neighbours too. */
    private Optional<Outcome> own(Entity entity) {
        return entity.done().outcomes().stream()
                .filter(outcome ->
                        outcome.table().equals(run.rootName()) && outcome.key().equals(entity.key()))
                .findFirst();
    }

    private JsonObject toJson(Entity entity) {
        Optional<Outcome> own = own(entity);
        return new JsonObject()
                .put("key", entity.key())
                .put(
                        "outcome",
                        entity.failure().isPresent()
                                ? OutcomeKind.FAILED.wireName()
                                : own.map(outcome -> outcome.kind().wireName()).orElse(null))
                .put(
                        "reason",
                        entity.failure()
                                .map(PgErrors::code)
                                .or(() -> own.flatMap(Outcome::reason))
                                .orElse(null))
                .put(
                        "detail",
                        entity.failure()
                                .map(PgErrors::describe)
                                .or(() -> own.flatMap(Outcome::detail))
                                .orElse(null))
                .put("newKey", own.flatMap(Outcome::newKey).orElse(null))
                .put("rows", rows(entity))
                .put("millis", millis(entity.took()))
                .put("undoMillis", millis(entity.undoTook()))
                .put("walBytes", entity.walBytes())
                .put("differences", new JsonArray(entity.differences()));
    }

    private static long rows(Entity entity) {
        return entity.done().written().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private static Number millis(Duration duration) {
        return Figure.json(Math.round(duration.toNanos() / 10_000.0) / 100.0);
    }

    private static JsonObject spread(List<Duration> durations) {
        List<Duration> sorted = durations.stream().sorted().toList();
        if (sorted.isEmpty()) {
            return new JsonObject().putNull("median").putNull("most");
        }
        return new JsonObject()
                .put("median", millis(sorted.get(sorted.size() / 2)))
                .put("most", millis(sorted.get(sorted.size() - 1)));
    }

    private JsonArray locks() {
        Map<String, Set<String>> modes = new TreeMap<>();
        entities.forEach(
                entity -> entity.locks().forEach((table, held) -> modes.computeIfAbsent(table, name -> new TreeSet<>())
                        .addAll(held)));
        JsonArray locks = new JsonArray();
        modes.forEach((table, held) ->
                locks.add(new JsonObject().put("table", table).put("modes", new JsonArray(List.copyOf(held)))));
        return locks;
    }

    /** What the sample took, beside what a plan reckons with, and what that makes of the newest plan. */
    private JsonObject effort(Optional<JsonObject> plan) {
        Effort planned = run.operation().effort();
        long rows = entities.stream().mapToLong(RehearsalReport::rows).sum();
        long bytes = entities.stream().mapToLong(Entity::walBytes).sum();
        double seconds =
                entities.stream().mapToLong(entity -> entity.took().toNanos()).sum() / 1e9;
        JsonObject estimates =
                plan.map(report -> report.getJsonObject("estimates")).orElse(null);
        JsonObject effort = new JsonObject()
                .put("rows", rows)
                .put("walBytes", bytes)
                .put("walBytesPerRow", rows == 0 ? null : bytes / rows)
                .put("plannedWalBytesPerRow", planned.walBytesPerRow())
                .put("rowsPerSecond", seconds == 0 ? null : Math.round(rows / seconds))
                .put("plannedRowsPerSecond", Math.round(planned.rowsPerSecond()))
                .put("plan", plan.map(report -> report.getString("run")).orElse(null))
                .put("planned", estimates);
        if (estimates != null && rows > 0 && estimates.getLong("rows", 0L) > 0) {
            effort.put("projectedWalBytes", bytes / rows * estimates.getLong("rows"));
        }
        return effort;
    }

    private JsonArray notRehearsed(List<String> notes) {
        JsonArray left = new JsonArray(new ArrayList<>(notes));
        if (drawn < asked) {
            left.add("only " + drawn + " entities that need work were found");
        }
        if (entities.size() < drawn) {
            left.add("the time was up after " + entities.size() + " of " + drawn + " entities");
        }
        run.operation().references().stream()
                .filter(reference -> !reference.inBatch())
                .map(PlannedReference::table)
                .distinct()
                .forEach(table -> left.add("references in " + table + " are swept apart from the entities"));
        run.operation().constraint().ifPresent(swap -> left.add("the constraint is not checked for all rows"));
        return left;
    }
}
