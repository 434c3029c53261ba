package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.client.Measure;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.terminal.Table;
import dev.godwit.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Runs and plans as text. */
final class RunReport {
    private static final int GROUPS_SHOWN = 20;

    private RunReport() {}

    static void print(Terminal terminal, Run run) {
        terminal.line(run.id() + "  " + run.migration() + "  " + run.mode() + "  " + run.state()
                + (run.reason().isEmpty() ? "" : "  (" + run.reason() + ")"));
        terminal.line("  " + counts(run));
        heldBack(run.json().path("throttle")).ifPresent(terminal::line);
        if (run.json().path("references").path("translated").asLong() > 0) {
            terminal.line(String.format(
                    Locale.ROOT,
                    "  %,d references translated",
                    run.json().path("references").path("translated").asLong()));
        }
        for (JsonNode check : run.verification().path("checks")) {
            terminal.line("  " + (check.path("ok").asBoolean() ? "ok    " : "WRONG ")
                    + check.path("name").asText()
                    + (check.path("ok").asBoolean()
                            ? ""
                            : ": expected " + check.path("expected").asText() + ", found "
                                    + check.path("actual").asText()));
        }
    }

    /** What holds a run back, with its figures; empty when nothing does. */
    static Optional<String> heldBack(JsonNode throttle) {
        String detail = throttle.path("detail").asText("");
        return Optional.of(throttle.path("reason").asText(""))
                .filter(reason -> !reason.isEmpty())
                .map(reason -> "  held back by " + reason + (detail.isEmpty() ? "" : ": " + detail));
    }

    private static String counts(Run run) {
        List<String> parts = new ArrayList<>();
        for (String outcome : Run.OUTCOMES) {
            if (run.count(outcome) > 0) {
                parts.add(String.format(Locale.ROOT, "%,d %s", run.count(outcome), outcome));
            }
        }
        return parts.isEmpty() ? "no entities" : String.join(", ", parts);
    }

    /** The plan's report below its run. */
    static void printPlan(Terminal terminal, JsonNode plan) {
        printInventory(terminal, plan.path("inventory"));
        printGroups(terminal, plan.path("groups"));
        for (JsonNode conflict : plan.path("conflicts")) {
            terminal.line(String.format(
                    Locale.ROOT,
                    "  conflict %s: %,d, such as %s",
                    conflict.path("reason").asText(),
                    conflict.path("count").asLong(),
                    conflict.path("sampleKeys")));
        }
        Table references = new Table("  REFERENCE", "KIND", "ROWS", "HOW");
        for (JsonNode reference : plan.path("references")) {
            references.row(
                    "  " + reference.path("table").asText() + "." + columns(reference.path("column")),
                    reference.path("kind").asText(),
                    reference.path("rows").asText("?"),
                    reference.path("strategy").asText());
        }
        if (!references.isEmpty()) {
            references.print(terminal);
        }
        for (JsonNode reference : plan.path("references")) {
            if (reference.hasNonNull("warning")) {
                terminal.line("  warning: " + reference.path("table").asText() + " has no index for this: "
                        + reference.path("warning").asText());
            }
        }
        for (JsonNode found : plan.path("undeclared")) {
            terminal.line("  undeclared: " + found.path("table").asText() + "." + columns(found.path("column"))
                    + " holds such keys in " + found.path("rows").asText() + " rows; if it must follow, add  "
                    + found.path("line").asText());
        }
        for (JsonNode left : plan.path("notSearched")) {
            terminal.line("  not searched for undeclared references: " + left.asText());
        }
        for (JsonNode shared : plan.path("sharedFate")) {
            terminal.line("  shares the database: " + shared.path("kind").asText() + " "
                    + shared.path("name").asText() + ", "
                    + shared.path("detail").asText());
        }
        if (plan.path("estimates").path("diskBytes").asLong() > 0) {
            terminal.line(String.format(
                    Locale.ROOT,
                    "  disk: up to about %,d MiB, WAL included",
                    Math.max(1, plan.path("estimates").path("diskBytes").asLong() >> 20)));
        }
        String owner =
                plan.hasNonNull("owner") ? " as role " + plan.path("owner").asText() : "";
        for (JsonNode statement : plan.path("statements")) {
            terminal.line("  " + statement.path("direction").asText() + " "
                    + statement.path("number").asText()
                    + (statement.hasNonNull("transaction")
                            ? " in transaction " + statement.path("transaction").asText()
                            : " in no transaction")
                    + owner + ":\n    " + statement.path("sql").asText().replace("\n", "\n    "));
        }
        remarks(terminal, "warning", plan.path("warnings"));
        remarks(terminal, "refused", plan.path("refusals"));
    }

    /** Entities by groups of values, where the definition names columns to group by. */
    static void printGroups(Terminal terminal, JsonNode groups) {
        List<String> columns = new ArrayList<>();
        groups.path("columns").forEach(column -> columns.add(column.asText()));
        if (columns.isEmpty()) {
            return;
        }
        Table table = new Table("  " + String.join(", ", columns).toUpperCase(Locale.ROOT), "ENTITIES");
        int shown = 0;
        for (JsonNode group : groups.path("largest")) {
            if (shown++ < GROUPS_SHOWN) {
                table.row("  " + values(group.path("values")), counted(group));
            }
        }
        long number = groups.path("number").asLong();
        terminal.line(String.format(
                Locale.ROOT, "  %,d group%s by %s", number, number == 1 ? "" : "s", String.join(", ", columns)));
        if (!table.isEmpty()) {
            table.print(terminal);
        }
        if (number > GROUPS_SHOWN) {
            terminal.line(String.format(Locale.ROOT, "  and %,d more", number - GROUPS_SHOWN));
        }
    }

    private static String values(JsonNode values) {
        if (!values.isArray()) {
            return "(not known)";
        }
        List<String> texts = new ArrayList<>();
        values.forEach(value -> texts.add(value.isNull() ? "(null)" : value.asText()));
        return String.join(", ", texts);
    }

    private static String counted(JsonNode group) {
        if (group.has("entities")) {
            return String.format(Locale.ROOT, "%,d", group.path("entities").asLong());
        }
        return Run.OUTCOMES.stream()
                .filter(outcome -> group.path("counts").path(outcome).asLong() != 0)
                .map(outcome -> String.format(
                        Locale.ROOT,
                        "%,d %s",
                        group.path("counts").path(outcome).asLong(),
                        outcome))
                .collect(Collectors.joining(", "));
    }

    private static void printInventory(Terminal terminal, JsonNode inventory) {
        Table table = new Table("  INVENTORY", "", "");
        for (JsonNode figure : inventory) {
            Measure told = new Measure(figure);
            table.row("  " + told.name(), told.value(), told.remark());
        }
        if (!table.isEmpty()) {
            table.print(terminal);
        }
    }

    private static void remarks(Terminal terminal, String kind, JsonNode remarks) {
        for (JsonNode remark : remarks) {
            terminal.line("  " + kind + " " + remark.path("code").asText() + ": "
                    + remark.path("message").asText()
                    + (remark.path("remedy").asText("").isBlank()
                            ? ""
                            : "\n    " + remark.path("remedy").asText()));
        }
    }

    private static String columns(JsonNode column) {
        return column.isTextual() ? column.asText() : column.toString();
    }
}
