package dev.godwit.cli.command;

import picocli.CommandLine.Command;

/** The command {@code resume}. */
@Command(name = "resume", description = "Let a paused or failed run go on where it was.")
public final class ResumeCommand extends TransitionCommand {
    public ResumeCommand() {
        super("resume", "completed");
    }
}
