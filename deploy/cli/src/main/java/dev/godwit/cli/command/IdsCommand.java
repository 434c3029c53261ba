package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Old key to new key. */
@Command(name = "ids", description = "The new key of an entity by its old one.")
public final class IdsCommand extends ServiceCommand {
    @Parameters(index = "0", paramLabel = "TABLE")
    private String table;

    @Parameters(index = "1", paramLabel = "OLD-KEY")
    private String key;

    @Override
    public Integer call() {
        JsonNode found;
        try {
            found = migration().ids(table, key);
        } catch (Failure failure) {
            // That a key is unknown is an answer, not a wrong use of the command.
            throw failure.exitCode() == ExitCode.USAGE
                    ? Failure.of(ExitCode.FAILED, failure.code(), failure.getMessage())
                    : failure;
        }
        if (isJson()) {
            terminal().json(found);
        } else {
            terminal().line(found.path("newKey").asText());
        }
        return ExitCode.DONE;
    }
}
