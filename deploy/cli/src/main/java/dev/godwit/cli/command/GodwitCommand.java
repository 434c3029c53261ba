package dev.godwit.cli.command;

import dev.godwit.cli.stack.Home;
import dev.godwit.cli.terminal.Terminal;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** What all commands have in common. */
public abstract class GodwitCommand implements Callable<Integer> {
    private final Terminal terminal = Terminal.ofProcess();

    @Option(names = "--json", description = "Print one JSON object and nothing else on standard output.")
    private boolean json;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Directory of the local stack (default: .godwit beside the godwit script, or $GODWIT_STATE).")
    private Path state;

    protected Terminal terminal() {
        return terminal;
    }

    /** True when the result must be one JSON object. */
    public boolean isJson() {
        return json;
    }

    /** The state directory that the user means. */
    protected Path stateDirectory() {
        if (state != null) {
            return state.toAbsolutePath().normalize();
        }
        String told = System.getenv("GODWIT_STATE");
        return told == null || told.isBlank()
                ? Home.find().defaultState()
                : Path.of(told).toAbsolutePath();
    }
}
