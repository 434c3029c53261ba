package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code stamp}. */
@Command(
        name = "stamp",
        description = "Record a migration as applied elsewhere, without running it. What it provides must be there.")
public final class StampCommand extends ServiceCommand {
    @Parameters(paramLabel = "MIGRATION")
    private String migration;

    @Option(names = "--remove", description = "Take the record back.")
    private boolean remove;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Kept with the record.")
    private String reason;

    @Override
    public Integer call() {
        JsonNode answer = migration().stamp(migration, remove, requestedBy(), Optional.ofNullable(reason));
        if (isJson()) {
            terminal().json(answer);
        } else {
            terminal()
                    .line(answer.path("migration").asText() + "  "
                            + answer.path("state").asText());
        }
        return ExitCode.DONE;
    }
}
