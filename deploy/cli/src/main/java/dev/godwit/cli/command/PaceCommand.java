package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How fast a run may go, and why it goes no faster. */
@Command(name = "pace", description = "Show how fast a run may go and what holds it back; with LEVEL, change it.")
public final class PaceCommand extends ServiceCommand {
    @Parameters(index = "0", paramLabel = "RUN")
    private String run;

    @Parameters(index = "1", arity = "0..1", paramLabel = "LEVEL", description = "gentle, normal or full.")
    private String level;

    @Mixin
    private PaceOptions hours;

    @Option(names = "--any-time", description = "Let the run work at any time again.")
    private boolean anyTime;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Kept with the run and in the audit trail.")
    private String reason;

    @Override
    public Integer call() {
        Optional<String> window = hours.window();
        if (window.isPresent() && anyTime) {
            throw Failure.usage("give either --only-between or --any-time");
        }
        MigrationClient client = migration();
        boolean changes = level != null || window.isPresent() || anyTime;
        JsonNode pace = changes
                ? client.changePace(
                        run, Optional.ofNullable(level), window, anyTime, requestedBy(), Optional.ofNullable(reason))
                : client.pace(run);
        if (isJson()) {
            terminal().json(pace);
        } else {
            print(pace);
        }
        return ExitCode.DONE;
    }

    private void print(JsonNode pace) {
        head(pace).forEach(terminal()::line);
        if (!pace.path("signals").isEmpty()) {
            Table table = new Table("SIGNAL", "VALUE", "UNIT", "SOFT", "HARD", "");
            pace.path("signals")
                    .forEach(signal -> table.row(
                            signal.path("name").asText(),
                            signal.path("value").asText(),
                            signal.path("unit").asText(),
                            signal.path("soft").asText(),
                            signal.path("hard").asText(),
                            signal.path("standing").asText()
                                    + (signal.path("detail").isNull()
                                            ? ""
                                            : ": " + signal.path("detail").asText())));
            table.print(terminal());
        }
    }

    /** What is in force, and why. */
    static List<String> head(JsonNode pace) {
        List<String> lines = new ArrayList<>();
        String window = pace.path("onlyBetween").asText("");
        lines.add("run " + pace.path("run").asText() + "  " + pace.path("state").asText() + "  pace "
                + pace.path("pace").asText() + (window.isEmpty() ? "" : "  only between " + window));
        RunReport.heldBack(pace).ifPresent(lines::add);
        if (pace.path("share").isNumber() && !pace.path("signals").isEmpty()) {
            lines.add("  has " + Math.round(pace.path("share").asDouble() * 100) + " % of what its level allows");
        }
        return lines;
    }
}
