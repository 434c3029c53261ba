package dev.godwit.cli.chaos;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.command.GodwitCommand;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackOptions;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lets a run follow an application for a long time, and looks whether anything grows. */
@Command(
        name = "soak",
        description = {
            "Let a run follow an application for a long time; watch memory, replication slot and Godwit's tables, and hold everything against what the application was told.",
            "Exit codes: 0 all claims hold; 1 it could not be carried out; 2 wrong usage; 5 a claim does not hold."
        })
public final class SoakCommand extends GodwitCommand {
    private static final int ROWS_MIN = 1000;
    private static final int SAMPLES_MIN = 8;
    private static final Duration EVERY = Duration.ofSeconds(15);

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "60",
            description = "How long it is watched, from the end of the backfill on (default: ${DEFAULT-VALUE}).")
    private int minutes;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Documents to begin with (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(
            names = "--traffic",
            paramLabel = "N",
            defaultValue = "300",
            description = "Writes per second of the application (default: ${DEFAULT-VALUE}).")
    private int traffic;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "7",
            description = "Seed of the application's choices (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() throws Exception {
        Duration lasting = Duration.ofMinutes(minutes);
        if (rows < ROWS_MIN || traffic < 1 || lasting.dividedBy(EVERY) < SAMPLES_MIN) {
            throw Failure.usage(
                    "--rows must be at least " + ROWS_MIN + ", --traffic at least 1, and --minutes at least 2");
        }
        Stack stack = Stack.start(StackOptions.in(stateDirectory()));
        Soak.Options options = new Soak.Options(lasting, EVERY, rows, traffic, seed);
        SoakResult result = new Soak(stack, options, terminal()::note).run();
        if (isJson()) {
            terminal().json(result.json());
        } else {
            result.lines().forEach(terminal()::line);
        }
        return result.isWhole() ? ExitCode.DONE : ExitCode.DIFFERENCES;
    }
}
