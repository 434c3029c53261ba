package dev.godwit.cli.command;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunWatch;
import picocli.CommandLine.Command;

/** The command {@code verify}. A run that follows does so afterwards: it is the answer that is waited for, not the run's end. */
@Command(name = "verify", description = "Check the result of a run; one that follows goes on following.")
public final class VerifyCommand extends TransitionCommand {
    public VerifyCommand() {
        super("verify", "completed");
    }

    @Override
    protected Run settle(RunWatch watch, Run before) {
        return watch.untilVerified(before.id());
    }

    @Override
    protected int exitCode(Run ended) {
        boolean differs = ended.state().equals("following") && ended.hasDifferences();
        return differs ? ExitCode.DIFFERENCES : super.exitCode(ended);
    }
}
