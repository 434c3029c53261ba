package dev.godwit.cli.command;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackListener;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Stops the local stack. */
@Command(name = "down", description = "Stop the local stack; its data stays.")
public final class DownCommand extends GodwitCommand {
    @Option(names = "--purge", description = "Delete all of its data too.")
    private boolean purge;

    @Override
    public Integer call() {
        Stack stack = Stack.at(stateDirectory());
        boolean existed = stack.exists();
        StackListener listener = new StackListener() {
            @Override
            public void done(String component, String what, Duration took) {
                terminal().note(component + " " + what);
            }

            @Override
            public void warn(String message) {
                terminal().note("warning: " + message);
            }
        };
        if (purge) {
            stack.purge(listener);
        } else {
            stack.stop(listener);
        }
        if (isJson()) {
            terminal()
                    .json(RestClient.JSON
                            .createObjectNode()
                            .put("state", existed ? (purge ? "purged" : "stopped") : "absent")
                            .put("directory", stack.directory().toString()));
        } else {
            terminal()
                    .line(
                            existed
                                    ? (purge ? "stopped, and deleted " : "stopped; the data stays in ")
                                            + stack.directory()
                                    : "no stack in " + stack.directory());
        }
        return ExitCode.DONE;
    }
}
