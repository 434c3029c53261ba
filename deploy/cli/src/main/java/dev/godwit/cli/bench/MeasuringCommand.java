package dev.godwit.cli.bench;

import dev.godwit.cli.command.GodwitCommand;
import dev.godwit.cli.stack.StackDescription;

/** A command that measures runs on the stack. */
abstract class MeasuringCommand extends GodwitCommand {

    /** Prints what was measured, and how many instances had a part in it. */
    final void tell(Measured result, StackDescription stack) {
        int instances = stack.migration().urls().size();
        if (isJson()) {
            terminal().json(result.json().put("instances", instances));
        } else {
            terminal().line("instances of migration-service: " + instances);
            result.lines().forEach(terminal()::line);
        }
    }
}
