package dev.godwit.cli.bench;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackDescription;
import dev.godwit.cli.stack.StackOptions;
import java.sql.Connection;
import picocli.CommandLine.Option;

/** Measures Godwit against the single statement that does the same. */
abstract class ContestBenchCommand extends MeasuringCommand {

    private static final int ROWS_MIN = 1000;

    private final Contest contest;

    /** So many that the start of a run, which takes its second or two whatever the size of the table, does not decide the ratio. */
    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "500000",
            description = "Documents per round (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds of both contestants (default: ${DEFAULT-VALUE}).")
    private int pairs;

    ContestBenchCommand(Contest contest) {
        this.contest = contest;
    }

    @Override
    public final Integer call() throws Exception {
        if (rows < ROWS_MIN || pairs < 1) {
            throw Failure.usage("--rows must be at least " + ROWS_MIN + ", --pairs at least 1");
        }
        Stack stack = Stack.start(StackOptions.in(stateDirectory()));
        StackDescription description = stack.describe();
        ContestResult result;
        try (Connection journal = stack.migrationDatabase().connect();
                Connection watching = stack.migrationDatabase().connect();
                CpuWatch cpu = CpuWatch.over(watching, description)) {
            Godwit godwit = Godwit.on(description, journal, contest.migration(), contest.definition());
            DatabaseUrl database = DatabaseUrl.parse(description.database().url());
            result = new ContestBench(contest, rows, database, godwit, cpu, terminal()::note).run(pairs);
        }
        tell(result, description);
        return ExitCode.DONE;
    }
}
