package dev.godwit.cli.command;

import dev.godwit.cli.ExitCode;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code forget}. */
@Command(
        name = "forget",
        description = "Delete a run's journal; it can no longer be rolled back. The audit trail stays.")
public final class ForgetCommand extends ServiceCommand {
    @Parameters(paramLabel = "RUN")
    private String run;

    @Override
    public Integer call() {
        printRun(migration().command(run, "forget", requestedBy(), Optional.empty()));
        return ExitCode.DONE;
    }
}
