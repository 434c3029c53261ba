package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.stack.DefinitionReader;
import dev.godwit.cli.stack.Home;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Reads definitions as migration-service would, without one, and tells their mistakes in its words. */
@Command(
        name = "check",
        description =
                "Read a directory of definitions, without services and database, and tell what is wrong. Whether names"
                        + " and expressions fit a database, a plan says.")
public final class CheckCommand extends GodwitCommand {
    /** Where definitions are looked for when nobody says otherwise. */
    static final String DIRECTORY = "migrations";

    @Parameters(
            paramLabel = "DIR",
            arity = "0..1",
            defaultValue = DIRECTORY,
            description = "Directory of the definitions (default: ${DEFAULT-VALUE}).")
    private Path directory;

    @Override
    public Integer call() {
        if (!Files.isDirectory(directory)) {
            throw Failure.usage(directory + " is no directory; name the one that holds the definitions");
        }
        JsonNode read = new DefinitionReader(Home.find()).read(directory);
        JsonNode errors = read.path("errors");
        if (isJson()) {
            terminal().json(read);
        } else {
            errors.forEach(error -> terminal().note(ListCommand.text(error)));
            terminal()
                    .line(read.path("migrations").size() + " definitions are sound, " + errors.size()
                            + " mistakes in others");
        }
        return errors.isEmpty() ? ExitCode.DONE : ExitCode.USAGE;
    }
}
