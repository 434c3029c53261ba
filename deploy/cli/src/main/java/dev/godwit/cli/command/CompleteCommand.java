package dev.godwit.cli.command;

import picocli.CommandLine.Command;

/** The command {@code complete}. */
@Command(name = "complete", description = "End a following run: it catches up, is verified and completes.")
public final class CompleteCommand extends TransitionCommand {
    public CompleteCommand() {
        super("complete", "completed");
    }
}
