package dev.godwit.cli.bench;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackDescription;
import dev.godwit.cli.stack.StackOptions;
import java.sql.Connection;
import java.time.Duration;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the import. */
@Command(
        name = "import",
        description =
                "Bring rows of one database into another while both are written to: the plain copies and Godwit, interleaved.")
public final class ImportBenchCommand extends MeasuringCommand {

    private static final int ROWS_MIN = 1000;

    /** The database that is made where the stack has none for imports yet. */
    private static final String SOURCE = "bench";

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Rows per round (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "1",
            description = "Rounds of all contestants (default: ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
            names = "--traffic",
            paramLabel = "N",
            defaultValue = "100",
            description = "Writes per second, to both databases together (default: ${DEFAULT-VALUE}).")
    private int traffic;

    @Option(
            names = "--window",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "How long they go on once the run follows (default: ${DEFAULT-VALUE}).")
    private int window;

    @Override
    public Integer call() throws Exception {
        if (rows < ROWS_MIN || pairs < 1 || traffic < 1 || window < 0) {
            throw Failure.usage("--rows must be at least " + ROWS_MIN + ", --pairs and --traffic at least 1");
        }
        StackOptions options = StackOptions.in(stateDirectory());
        Stack stack = Stack.start(options);
        if (stack.describe().sources().isEmpty()) {
            stack = Stack.start(options.withSource(SOURCE));
        }
        StackDescription description = stack.describe();
        String source = description.sources().keySet().iterator().next();
        ImportBench.Databases databases = new ImportBench.Databases(
                source,
                DatabaseUrl.parse(description.sources().get(source).url()),
                DatabaseUrl.parse(description.database().url()),
                stack.administrator());
        ImportResult result;
        try (Connection journal = stack.migrationDatabase().connect();
                Connection watching = stack.migrationDatabase().connect();
                CpuWatch cpu = CpuWatch.over(watching, description)) {
            Function<String, Godwit> godwit =
                    migration -> Godwit.on(description, journal, migration, ImportTables.definition(migration, source));
            ImportBench.Options wanted = new ImportBench.Options(rows, pairs, traffic, Duration.ofSeconds(window));
            result = new ImportBench(wanted, databases, godwit, cpu, terminal()::note).run();
        }
        tell(result, description);
        return ExitCode.DONE;
    }
}
