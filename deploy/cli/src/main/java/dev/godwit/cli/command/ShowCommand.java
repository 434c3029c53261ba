package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** One migration. */
@Command(name = "show", description = "One migration: its state and its definition.")
public final class ShowCommand extends ServiceCommand {
    @Parameters(paramLabel = "MIGRATION")
    private String migration;

    @Override
    public Integer call() {
        JsonNode found = migration().migration(migration);
        if (isJson()) {
            terminal().json(found);
            return ExitCode.DONE;
        }
        terminal()
                .line("# " + found.path("name").asText() + ": "
                        + found.path("operation").asText() + ", "
                        + found.path("state").asText());
        terminal()
                .line("# " + found.path("file").asText() + ", "
                        + found.path("hash").asText());
        terminal().line(found.path("definition").asText().stripTrailing());
        return ExitCode.DONE;
    }
}
