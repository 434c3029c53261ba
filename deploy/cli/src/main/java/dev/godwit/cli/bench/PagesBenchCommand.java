package dev.godwit.cli.bench;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the dashboard. */
@Command(
        name = "pages",
        description = {
            "How long every page of the dashboard takes with many runs and millions of outcomes in the trail.",
            "They stay there: use a stack of its own."
        })
public final class PagesBenchCommand extends MeasuringCommand {

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "100",
            description = "Runs in the trail (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "5000000",
            description = "Outcomes of all runs together (default: ${DEFAULT-VALUE}).")
    private long rows;

    @Option(
            names = "--migrations",
            paramLabel = "N",
            defaultValue = "50",
            description = "Migrations in the graph (default: ${DEFAULT-VALUE}).")
    private int migrations;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "100",
            description = "Requests of each page (default: ${DEFAULT-VALUE}).")
    private int requests;

    @Override
    public Integer call() throws Exception {
        if (runs < 1 || rows < runs || migrations < 1 || requests < 1) {
            throw Failure.usage(
                    "--runs, --migrations and --requests must be at least 1, and --rows at least as many as --runs");
        }
        Stack stack = Stack.start(StackOptions.in(stateDirectory()));
        PagesBench.Options options = new PagesBench.Options(runs, rows, migrations, requests);
        tell(new PagesBench(stack, options, terminal()::note).run(), stack.describe());
        return ExitCode.DONE;
    }
}
