package dev.godwit.cli.command;

import picocli.CommandLine.Command;

/** The command {@code verify}. */
@Command(name = "verify", description = "Check the result of a run.")
public final class VerifyCommand extends TransitionCommand {
    public VerifyCommand() {
        super("verify", "completed");
    }
}
