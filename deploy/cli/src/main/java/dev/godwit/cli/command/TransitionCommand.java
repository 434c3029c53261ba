package dev.godwit.cli.command;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunWatch;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that moves a run to another state. */
public abstract class TransitionCommand extends ServiceCommand {
    private final String command;
    private final String wanted;

    @Parameters(paramLabel = "RUN")
    private String run;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Kept with the run and in the audit trail.")
    private String reason;

    @Option(names = "--no-wait", description = "Return as soon as the command is accepted.")
    private boolean noWait;

    /**
     * @param command as the service names it
     * @param wanted the state in which the run should end up
     */
    protected TransitionCommand(String command, String wanted) {
        this.command = command;
        this.wanted = wanted;
    }

    @Override
    public Integer call() {
        MigrationClient client = migration();
        Run before = client.run(run);
        Run accepted = client.command(run, command, requestedBy(), reason());
        if (noWait) {
            printRun(accepted);
            return ExitCode.DONE;
        }
        Run ended = await(client, watch -> settle(watch, before));
        printRun(ended);
        return exitCode(ended);
    }

    protected String run() {
        return run;
    }

    protected Optional<String> reason() {
        return Optional.ofNullable(reason);
    }

    /** Waits for what the command leads to. */
    protected Run settle(RunWatch watch, Run before) {
        return watch.untilSettledAfter(before);
    }

    /** What the command says about the run as it stands in the end. */
    protected int exitCode(Run ended) {
        return ended.exitCode(wanted);
    }
}
