package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.Run;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What differs between plans, and between a plan and what came of it, in sentences. */
final class PlanComparison {
    private PlanComparison() {}

    /** The report within what {@code godwit plan --json} prints; a report by itself will do too. */
    private static JsonNode report(JsonNode told) {
        return told.path("plan").isObject() ? told.path("plan") : told;
    }

    /** Refuses a file that holds something else. */
    static void mustBePlan(JsonNode told) {
        JsonNode report = report(told);
        if (!report.path("counts").isObject() || !report.path("definitionHash").isTextual()) {
            throw Failure.usage("this is no plan; write one with: godwit plan MIGRATION --json > FILE");
        }
    }

    /** @param told by production */
    static List<String> withProduction(JsonNode told, JsonNode here) {
        JsonNode there = report(told);
        List<String> differences = new ArrayList<>();
        if (!there.path("definitionHash").equals(here.path("definitionHash"))) {
            differences.add("production planned another content of the definition: "
                    + there.path("definitionHash").asText() + ", here "
                    + here.path("definitionHash").asText());
        }
        compare("entities that would be ", counts(there), counts(here), differences);
        compare("conflicts because of ", conflicts(there), conflicts(here), differences);
        compare("rows that refer by ", references(there), references(here), differences);
        compare("inventory: ", inventory(there), inventory(here), differences);
        compare("undeclared references: ", undeclared(there), undeclared(here), differences);
        return differences;
    }

    private static void compare(
            String what, Map<String, String> there, Map<String, String> here, List<String> differences) {
        Set<String> names = new LinkedHashSet<>(there.keySet());
        names.addAll(here.keySet());
        for (String name : names) {
            String one = there.getOrDefault(name, "none");
            String other = here.getOrDefault(name, "none");
            if (!one.equals(other)) {
                differences.add(what + name + ": " + one + " in production, " + other + " here");
            }
        }
    }

    private static Map<String, String> counts(JsonNode report) {
        Map<String, String> counts = new TreeMap<>();
        Run.OUTCOMES.forEach(outcome ->
                counts.put(outcome, report.path("counts").path(outcome).asText("0")));
        return counts;
    }

    private static Map<String, String> conflicts(JsonNode report) {
        Map<String, String> conflicts = new TreeMap<>();
        report.path("conflicts")
                .forEach(conflict -> conflicts.put(
                        conflict.path("reason").asText(), conflict.path("count").asText()));
        return conflicts;
    }

    private static Map<String, String> references(JsonNode report) {
        Map<String, String> references = new TreeMap<>();
        report.path("references")
                .forEach(reference -> references.put(
                        reference.path("table").asText() + "."
                                + reference.path("column").asText() + " ("
                                + reference.path("kind").asText() + ")",
                        reference.path("rows").asText("?")));
        return references;
    }

    private static Map<String, String> inventory(JsonNode report) {
        Map<String, String> figures = new TreeMap<>();
        report.path("inventory")
                .forEach(figure -> figures.put(
                        figure.path("name").asText(), figure.path("value").asText()));
        return figures;
    }

    private static Map<String, String> undeclared(JsonNode report) {
        Map<String, String> found = new TreeMap<>();
        report.path("undeclared")
                .forEach(reference -> found.put(
                        reference.path("table").asText() + "."
                                + reference.path("column").asText(),
                        reference.path("rows").asText()));
        return found;
    }

    /** What a plan foresaw, and what came. */
    static List<String> withCommit(JsonNode plan, Run committed) {
        List<String> differences = new ArrayList<>();
        for (String outcome : Run.OUTCOMES) {
            long foreseen = plan.path("counts").path(outcome).asLong();
            if (foreseen != committed.count(outcome)) {
                differences.add(
                        "the plan foresaw " + foreseen + " " + outcome + ", " + committed.count(outcome) + " came");
            }
        }
        if (committed.hasDifferences()) {
            differences.add(
                    "the verification found something else than it expected; see godwit status " + committed.id());
        }
        return differences;
    }

    /** What a run did, and what of it was undone. */
    static List<String> withRollback(Run committed, Run rolledBack) {
        List<String> differences = new ArrayList<>();
        if (!rolledBack.state().equals("rolled-back")) {
            differences.add("the rollback is " + rolledBack.state() + ": " + rolledBack.reason());
        }
        if (rolledBack.count("diverged") > 0) {
            differences.add(rolledBack.count("diverged") + " entities were not restored");
        }
        if (rolledBack.count("reverted") != committed.count("migrated")) {
            differences.add(committed.count("migrated") + " entities were migrated, " + rolledBack.count("reverted")
                    + " went back");
        }
        return differences;
    }
}
