package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.terminal.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** One entity's story. */
@Command(name = "trace", description = "What happened to one entity, across all its keys.")
public final class TraceCommand extends ServiceCommand {
    @Parameters(index = "0", paramLabel = "TABLE")
    private String table;

    @Parameters(index = "1", paramLabel = "KEY")
    private String key;

    @Override
    public Integer call() {
        JsonNode trace = audit().trace(table, key);
        if (isJson()) {
            terminal().json(trace);
            return ExitCode.DONE;
        }
        Table steps = new Table("AT", "RUN", "MODE", "OUTCOME", "REASON", "KEY", "NEW KEY");
        for (JsonNode step : trace.path("steps")) {
            steps.row(
                    step.path("at").asText(),
                    step.path("run").asText(),
                    step.path("mode").asText(),
                    step.path("outcome").asText(),
                    step.path("reason").asText(""),
                    step.path("key").asText(),
                    step.path("newKey").asText(""));
        }
        steps.print(terminal());
        if (trace.path("truncated").asBoolean()) {
            terminal().note("these are the oldest; the reports of the runs that came later tell the rest");
        }
        if (trace.hasNonNull("keptSince")) {
            terminal().note("what happened before " + trace.path("keptSince").asText() + " is no longer kept");
        }
        return ExitCode.DONE;
    }
}
