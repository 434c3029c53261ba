package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.terminal.Table;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A run as the audit trail tells it. */
@Command(name = "report", description = "What became of a run's entities, from the audit trail.")
public final class ReportCommand extends ServiceCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Parameters(paramLabel = "RUN")
    private String run;

    @Option(names = "--csv", description = "One line per outcome.")
    private boolean csv;

    @Option(names = "--html", description = "A page to print, with every conflict, failure and divergence.")
    private boolean html;

    @Override
    public Integer call() {
        if (Stream.of(csv, html, isJson()).filter(given -> given).count() > 1) {
            throw Failure.usage("--csv, --html and --json exclude each other");
        }
        AuditClient audit = audit();
        JsonNode report = awaitReport(audit);
        if (csv || html) {
            copy(audit);
        } else if (isJson()) {
            terminal().json(report);
        } else {
            print(audit, report);
        }
        return verdict(report);
    }

    private JsonNode awaitReport(AuditClient audit) {
        try {
            JsonNode first = audit.report(run);
            if (first.path("complete").asBoolean() || !new Run(first).isSettled()) {
                return first;
            }
        } catch (Failure notYet) {
            if (notYet.isUnreachable()) {
                throw notYet;
            }
        }
        return audit.completeReport(run, PATIENCE);
    }

    private int verdict(JsonNode report) {
        if (report.has("chainsIntact") && !report.path("chainsIntact").asBoolean()) {
            terminal().note("the trail was tampered with or lost events: its hash chains do not hold");
            return ExitCode.DIFFERENCES;
        }
        boolean ended = new Run(report).isSettled() && !new Run(report).state().equals("paused");
        if (ended && !report.path("complete").asBoolean()) {
            terminal().note("the trail is not complete yet: events of this run are still missing");
            return ExitCode.FAILED;
        }
        return ExitCode.DONE;
    }

    private void copy(AuditClient audit) {
        try (InputStream in = (html ? audit.reportHtml(run) : audit.reportCsv(run))) {
            in.transferTo(terminal().out());
            terminal().out().flush();
        } catch (IOException e) {
            throw Failure.failed("the report broke off: " + e.getMessage());
        }
    }

    private void print(AuditClient audit, JsonNode report) {
        RunReport.print(terminal(), new Run(report));
        RunReport.printGroups(terminal(), report.path("groups"));
        Table table = new Table("  OUTCOME", "REASON", "COUNT");
        for (JsonNode reason : report.path("reasons")) {
            table.row(
                    "  " + reason.path("outcome").asText(),
                    reason.path("reason").asText(""),
                    reason.path("count").asLong());
        }
        if (!table.isEmpty()) {
            table.print(terminal());
        }
        terminal()
                .line("  trail: " + (report.path("complete").asBoolean() ? "complete" : "not complete")
                        + ", hash chains " + (report.path("chainsIntact").asBoolean() ? "intact" : "BROKEN"));
        terminal().line("  " + audit.url() + "/runs/" + run);
    }
}
