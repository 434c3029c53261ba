package dev.godwit.cli.bench;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackDescription;
import dev.godwit.cli.stack.StackOptions;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what a backfill costs the application. */
@Command(
        name = "impact",
        description =
                "The latency of an application with and without a backfill, level by level, in interleaved windows; and how soon a run gives way to a second load.")
public final class ImpactBenchCommand extends MeasuringCommand {

    private static final int ROWS_MIN = 1000;
    private static final Set<String> LEVELS = Set.of("gentle", "normal", "full");

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "200000",
            description = "Documents; when a backfill has done them they are made anew (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "20",
            description = "Pairs of windows of each level (default: ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
            names = "--pace",
            paramLabel = "LEVEL",
            split = ",",
            defaultValue = "gentle,normal,full",
            description = "Levels to measure (default: ${DEFAULT-VALUE}).")
    private List<String> levels;

    @Option(
            names = "--traffic",
            paramLabel = "N",
            defaultValue = "250",
            description = "What the application does per second (default: ${DEFAULT-VALUE}).")
    private int traffic;

    @Option(
            names = "--window",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long latencies are gathered (default: ${DEFAULT-VALUE}).")
    private int window;

    @Option(
            names = "--second-load",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "How long the second load is at work; 0: there is none (default: ${DEFAULT-VALUE}).")
    private int secondLoad;

    @Override
    public Integer call() throws Exception {
        if (rows < ROWS_MIN || pairs < 1 || traffic < 1 || window < 1 || secondLoad < 0) {
            throw Failure.usage("--rows must be at least " + ROWS_MIN
                    + ", --pairs, --traffic and --window at least 1, --second-load not negative");
        }
        if (!LEVELS.containsAll(levels)) {
            throw Failure.usage("--pace takes gentle, normal and full, such as --pace gentle,normal");
        }
        Stack stack = Stack.start(StackOptions.in(stateDirectory()));
        StackDescription description = stack.describe();
        DatabaseUrl database = DatabaseUrl.parse(description.database().url());
        ImpactBench.Options options = new ImpactBench.Options(
                rows,
                pairs,
                traffic,
                Duration.ofSeconds(window),
                levels,
                Optional.of(Duration.ofSeconds(secondLoad)).filter(duration -> !duration.isZero()));
        ImpactResult result;
        try (Connection journal = stack.migrationDatabase().connect();
                Connection connection = database.connect()) {
            Godwit godwit = Godwit.on(description, journal, RekeyBench.MIGRATION, RekeyBench.DEFINITION);
            result = new ImpactBench(options, database, connection, godwit, terminal()::note).run();
        }
        tell(result, description);
        return ExitCode.DONE;
    }
}
