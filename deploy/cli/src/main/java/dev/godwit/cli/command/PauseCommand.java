package dev.godwit.cli.command;

import picocli.CommandLine.Command;

/** The command {@code pause}. */
@Command(name = "pause", description = "Hold a run; nothing is lost.")
public final class PauseCommand extends TransitionCommand {
    public PauseCommand() {
        super("pause", "paused");
    }
}
