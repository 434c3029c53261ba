package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.client.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tries a migration out: on a sample that is rolled back, or in full on a copy. */
@Command(
        name = "rehearse",
        description = {
            "Migrate and restore a sample of entities, each in a transaction that is rolled back; nothing stays.",
            "With --full, on a restored copy of production: everything, rollback included, compared with production's plan."
        })
public final class RehearseCommand extends ServiceCommand {
    private static final int SHOWN_MAX = 10;

    @Parameters(paramLabel = "MIGRATION")
    private String migration;

    @Option(
            names = "--sample",
            paramLabel = "N",
            description = "So many entities, at random (default: 100, at most 1000).")
    private Integer sample;

    @Option(
            names = "--full",
            description =
                    "Plan, commit, verify and roll back for real; only where migration-service says that this is a copy.")
    private boolean full;

    @Option(
            names = "--plan",
            paramLabel = "FILE",
            description = "With --full: what `godwit plan MIGRATION --json` printed in production, to compare with.")
    private Path plan;

    @Override
    public Integer call() {
        if (full && sample != null) {
            throw Failure.usage("--full rehearses everything; leave out --sample");
        }
        if (!full && plan != null) {
            throw Failure.usage("--plan is compared with a rehearsal of everything; add --full");
        }
        MigrationClient client = migration();
        if (full) {
            FullRehearsal rehearsal = new FullRehearsal(this, client, migration);
            return rehearsal.print(rehearsal.perform(Optional.ofNullable(plan).map(RehearseCommand::read)));
        }
        JsonNode report = client.rehearse(migration, Optional.ofNullable(sample));
        if (isJson()) {
            terminal().json(report);
        } else {
            print(report);
        }
        return exitCode(report);
    }

    private static JsonNode read(Path file) {
        try {
            return RestClient.JSON.readTree(Files.readString(file));
        } catch (IOException e) {
            throw Failure.usage("cannot read the plan in " + file + ": " + e.getMessage());
        }
    }

    private static int exitCode(JsonNode report) {
        if (report.path("differing").asLong() > 0) {
            return ExitCode.DIFFERENCES;
        }
        JsonNode counts = report.path("counts");
        return counts.path("conflict").asLong() + counts.path("failed").asLong() > 0
                ? ExitCode.CONFLICTS
                : ExitCode.DONE;
    }

    private void print(JsonNode report) {
        terminal()
                .line(report.path("migration").asText() + "  "
                        + report.path("rehearsed").asText() + " entities rehearsed: "
                        + counts(report.path("counts")));
        terminal()
                .line("  each took " + spread(report.path("millis")) + ", undoing it "
                        + spread(report.path("undoMillis")));
        printEffort(report.path("effort"));
        for (JsonNode lock : report.path("locks")) {
            List<String> modes = new ArrayList<>();
            lock.path("modes").forEach(mode -> modes.add(mode.asText()));
            terminal().line("  locks " + lock.path("table").asText() + ": " + String.join(", ", modes));
        }
        for (JsonNode left : report.path("notRehearsed")) {
            terminal().line("  not rehearsed: " + left.asText());
        }
        int shown = 0;
        for (JsonNode entity : report.path("entities")) {
            boolean worth = !entity.path("differences").isEmpty()
                    || entity.path("outcome").asText().equals("failed");
            if (worth && shown++ < SHOWN_MAX) {
                printEntity(entity);
            }
        }
        if (shown > SHOWN_MAX) {
            terminal().line("  and " + (shown - SHOWN_MAX) + " more; --json has all");
        }
        terminal()
                .line(
                        report.path("differing").asLong() == 0
                                ? "  after undoing, everything was as before"
                                : "  " + report.path("differing").asText() + " entities with DIFFERENCES");
        terminal().note("everything was rolled back; nothing stays");
    }

    private void printEntity(JsonNode entity) {
        terminal()
                .line("  " + entity.path("key").asText() + " "
                        + entity.path("outcome").asText("")
                        + (entity.hasNonNull("detail")
                                ? ": " + entity.path("detail").asText()
                                : ""));
        entity.path("differences").forEach(difference -> terminal().line("    " + difference.asText()));
    }

    private void printEffort(JsonNode effort) {
        terminal()
                .line(String.format(
                        Locale.ROOT,
                        "  %,d rows; WAL %s bytes a row (a plan reckons with %,d); %s rows/s one by one (a plan: %,d in batches)",
                        effort.path("rows").asLong(),
                        effort.path("walBytesPerRow").asText("?"),
                        effort.path("plannedWalBytesPerRow").asLong(),
                        effort.path("rowsPerSecond").asText("?"),
                        effort.path("plannedRowsPerSecond").asLong()));
        if (effort.hasNonNull("projectedWalBytes")) {
            terminal()
                    .line(String.format(
                            Locale.ROOT,
                            "  at that rate the whole of plan %s writes %,d bytes of WAL; the plan says %,d",
                            effort.path("plan").asText(),
                            effort.path("projectedWalBytes").asLong(),
                            effort.path("planned").path("walBytes").asLong()));
        }
    }

    private static String spread(JsonNode millis) {
        return millis.path("median").asText("?") + " ms (at most "
                + millis.path("most").asText("?") + ")";
    }

    private static String counts(JsonNode counts) {
        List<String> parts = new ArrayList<>();
        for (String outcome : Run.OUTCOMES) {
            if (counts.path(outcome).asLong() > 0) {
                parts.add(counts.path(outcome).asText() + " " + outcome);
            }
        }
        return parts.isEmpty() ? "nothing to do" : String.join(", ", parts);
    }
}
