package dev.godwit.cli.bench;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.bench.RekeyBench.Options;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackDescription;
import dev.godwit.cli.stack.StackOptions;
import java.sql.Connection;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the rekey. */
@Command(
        name = "rekey",
        description =
                "Rekey documents with ten references each: the fastest hand-written SQL, Godwit, and the naive script, interleaved.")
public final class RekeyBenchCommand extends MeasuringCommand {

    private static final int ROWS_MIN = 1000;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Documents per round (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds of all contestants (default: ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
            names = "--impact-rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds that measure tail lag and an application's latency (default: ${DEFAULT-VALUE}).")
    private int impactRounds;

    @Option(
            names = "--traffic",
            paramLabel = "N",
            defaultValue = "200",
            description = "Writes per second of that application (default: ${DEFAULT-VALUE}).")
    private int traffic;

    @Option(
            names = "--window",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description =
                    "How long its latency is gathered before a run and while it follows (default: ${DEFAULT-VALUE}).")
    private int window;

    @Override
    public Integer call() throws Exception {
        if (rows < ROWS_MIN || pairs < 1 || impactRounds < 0 || traffic < 1 || window < 1) {
            throw Failure.usage("--rows must be at least " + ROWS_MIN + ", --pairs, --traffic and --window at least 1");
        }
        Stack stack = Stack.start(StackOptions.in(stateDirectory()));
        StackDescription description = stack.describe();
        DatabaseUrl database = DatabaseUrl.parse(description.database().url());
        BenchResult result;
        try (Connection journal = stack.migrationDatabase().connect();
                Connection watching = stack.migrationDatabase().connect();
                CpuWatch cpu = CpuWatch.over(watching, description)) {
            Godwit godwit = Godwit.on(description, journal, RekeyBench.MIGRATION, RekeyBench.DEFINITION);
            Options options = new Options(rows, pairs, impactRounds, traffic, Duration.ofSeconds(window));
            result = new RekeyBench(options, database, godwit, cpu, terminal()::note).run();
        }
        tell(result, description);
        return ExitCode.DONE;
    }
}
