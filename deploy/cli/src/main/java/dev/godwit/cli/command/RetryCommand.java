package dev.godwit.cli.command;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunWatch;
import picocli.CommandLine.Command;

/** The command {@code retry}. The run goes on meanwhile: it is the end of the keys that wait which is waited for. */
@Command(
        name = "retry",
        description = "Try again what failed and was put into quarantine; the run goes on meanwhile.",
        footer = "Exit code 3 when something has failed again, or waits for a paused run.")
public final class RetryCommand extends TransitionCommand {
    public RetryCommand() {
        super("retry", "completed");
    }

    @Override
    protected Run settle(RunWatch watch, Run before) {
        return watch.until(before.id(), now -> now.isSettled() || !now.hasWaitingKeys());
    }

    @Override
    protected int exitCode(Run ended) {
        return ended.hasWaitingKeys() || ended.count("failed") > 0 ? ExitCode.CONFLICTS : super.exitCode(ended);
    }
}
