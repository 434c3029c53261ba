package dev.godwit.cli.chaos;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.command.GodwitCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Breaks a stack of its own while a migration runs, and looks whether anything is lost. */
@Command(
        name = "chaos",
        description = {
            "Break the parts of a stack of its own at seeded moments while an application writes and a migration runs; then hold everything against what the application was told.",
            "Exit codes: 0 every run is whole; 1 a run could not be carried out; 2 wrong usage; 5 something is not whole: the seed is printed and the evidence kept."
        })
public final class ChaosCommand extends GodwitCommand {
    private static final int ROWS_MIN = 1000;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Seed of the first run; each further run has the next one (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "So many short runs, of two blows each, on one stack (default: 1).")
    private Integer runs;

    @Option(names = "--minutes", paramLabel = "M", description = "One run with blows for so many minutes.")
    private Integer minutes;

    @Option(
            names = "--faults",
            paramLabel = "NAME,…",
            split = ",",
            description = "Only these (default: all that the machine permits; an unknown name lists them).")
    private List<String> only = List.of();

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "1500",
            description = "Documents to begin with (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(
            names = "--traffic",
            paramLabel = "N",
            defaultValue = "100",
            description = "Writes per second of the application (default: ${DEFAULT-VALUE}).")
    private int traffic;

    @Option(
            names = "--results",
            paramLabel = "FILE",
            description = "Append each run's result to this file, as one line of JSON, as soon as it is known.")
    private Path results;

    @Override
    public Integer call() throws Exception {
        if (runs != null && minutes != null) {
            throw Failure.usage("--runs counts short runs and --minutes is one long run: give one of them");
        }
        if (rows < ROWS_MIN || traffic < 1 || (runs != null && runs < 1) || (minutes != null && minutes < 1)) {
            throw Failure.usage("--rows must be at least " + ROWS_MIN + ", --traffic, --runs and --minutes at least 1");
        }
        ObjectNode told = RestClient.JSON.createObjectNode();
        ArrayNode skipped = told.putArray("skipped");
        ArrayNode flown = told.putArray("runs");
        long whole = 0;
        long writes = 0;
        try (Chaos chaos = Chaos.open(stateDirectory(), only, terminal()::note)) {
            for (long each = seed; each < seed + (runs == null ? 1 : runs); each++) {
                ChaosResult result = chaos.fly(options(each));
                whole += result.isWhole() ? 1 : 0;
                writes += result.writes();
                flown.add(result.json());
                write(result);
                tell(result);
            }
            chaos.skipped().forEach(fault -> skipped.addObject()
                    .put("fault", fault.name())
                    .put("why", fault.obstacle().orElseThrow()));
        }
        if (isJson()) {
            terminal().json(told);
        } else if (flown.size() > 1) {
            terminal()
                    .line(String.format(
                            Locale.ROOT,
                            "%d of %d runs are whole, %,d acknowledged writes",
                            whole,
                            flown.size(),
                            writes));
        }
        return whole == flown.size() ? ExitCode.DONE : ExitCode.DIFFERENCES;
    }

    private void write(ChaosResult result) throws IOException {
        if (results != null) {
            Files.writeString(results, result.json() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    private ChaosOptions options(long each) {
        return new ChaosOptions(
                each, rows, traffic, 2, Optional.ofNullable(minutes).map(Duration::ofMinutes));
    }

    private void tell(ChaosResult result) {
        if (isJson()) {
            return;
        }
        terminal().line(result.summary());
        result.checks().stream().filter(check -> !check.holds()).forEach(check -> {
            terminal().line("  ✗ " + check.claim());
            check.differences().forEach(difference -> terminal().line("      " + difference));
        });
        if (!result.isWhole()) {
            terminal().line("  again: ./godwit chaos --seed " + result.seed());
        }
    }
}
