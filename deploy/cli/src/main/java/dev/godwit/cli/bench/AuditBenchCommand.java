package dev.godwit.cli.bench;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.command.GodwitCommand;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the way into the audit trail. */
@Command(
        name = "audit",
        description =
                "How fast audit-service takes outcomes from a full topic into the trail. They stay there: use a stack of its own.")
public final class AuditBenchCommand extends GodwitCommand {

    private static final int PER_EVENT_MAX = 700;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "2000000",
            description = "Outcomes (default: ${DEFAULT-VALUE}).")
    private long rows;

    @Option(
            names = "--per-event",
            paramLabel = "N",
            defaultValue = "500",
            description = "Outcomes in one event (default: ${DEFAULT-VALUE}, at most " + PER_EVENT_MAX + ").")
    private int perEvent;

    @Option(names = "--kill", description = "Kill audit-service on the way, start it again, and measure the rest.")
    private boolean kill;

    @Override
    public Integer call() throws Exception {
        if (rows < 1000 || perEvent < 1 || perEvent > PER_EVENT_MAX) {
            throw Failure.usage("--rows must be at least 1000, --per-event between 1 and " + PER_EVENT_MAX);
        }
        Stack stack = Stack.start(StackOptions.in(stateDirectory()));
        AuditBench.Options options = new AuditBench.Options(rows, perEvent, kill);
        AuditBenchResult result = new AuditBench(stack, options, terminal()::note).run();
        if (isJson()) {
            terminal().json(result.json());
        } else {
            result.lines().forEach(terminal()::line);
        }
        return ExitCode.DONE;
    }
}
