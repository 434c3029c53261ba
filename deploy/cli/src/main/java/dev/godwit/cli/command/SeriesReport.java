package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.Series;
import dev.godwit.cli.terminal.Table;
import dev.godwit.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Series as text. */
final class SeriesReport {
    private static final List<String> STATES =
            List.of("done", "unforeseen", "running", "waiting", "refused", "failed", "cancelled", "blocked");

    private final Terminal terminal;
    private final Map<String, String> told = new HashMap<>();

    SeriesReport(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Says what has changed since it was asked last. */
    void showChanges(Series series) {
        for (Series.Member member : series.members()) {
            String state = member.state() + (member.run().isEmpty() ? "" : "  " + member.run()) + remark(member);
            boolean isNews = !state.equals(told.put(member.migration(), state));
            if (isNews && !member.state().equals("waiting")) {
                terminal.note(member.migration() + "  " + state);
            }
        }
    }

    /** The whole of it. */
    void print(Series series) {
        terminal.line(series.id() + "  " + series.mode() + "  " + series.state());
        if (series.members().isEmpty()) {
            terminal.line("  everything is applied; nothing is left to do");
            return;
        }
        Table table = new Table("  MIGRATION", "STATE", "RUN", "ENTITIES");
        for (Series.Member member : series.members()) {
            table.row(
                    "  " + member.migration(),
                    member.state(),
                    member.run().isEmpty() ? "-" : member.run(),
                    counts(member.json().path("counts")));
        }
        table.print(terminal);
        for (Series.Member member : series.members()) {
            if (!remark(member).isEmpty()) {
                terminal.line("  " + member.migration() + remark(member));
            }
        }
        terminal.line("  " + summary(series));
    }

    private static String remark(Series.Member member) {
        return switch (member.state()) {
            case "blocked" ->
                "  (needs " + String.join(", ", texts(member.json().path("needs"))) + ")";
            case "done" -> "";
            default -> member.message().isEmpty() ? "" : "  (" + member.message() + ")";
        };
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static String counts(JsonNode counts) {
        List<String> parts = new ArrayList<>();
        for (String outcome : Run.OUTCOMES) {
            if (counts.path(outcome).asLong() > 0) {
                parts.add(String.format(
                        Locale.ROOT, "%,d %s", counts.path(outcome).asLong(), outcome));
            }
        }
        return parts.isEmpty() ? "-" : String.join(", ", parts);
    }

    private static String summary(Series series) {
        List<String> parts = new ArrayList<>();
        for (String state : STATES) {
            if (series.count(state) > 0) {
                parts.add(series.count(state) + " " + state);
            }
        }
        return String.join(", ", parts);
    }
}
