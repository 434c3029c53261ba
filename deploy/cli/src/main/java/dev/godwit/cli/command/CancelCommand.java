package dev.godwit.cli.command;

import picocli.CommandLine.Command;

/** The command {@code cancel}. */
@Command(name = "cancel", description = "End a run early; what is migrated stays migrated.")
public final class CancelCommand extends TransitionCommand {
    public CancelCommand() {
        super("cancel", "cancelled");
    }
}
