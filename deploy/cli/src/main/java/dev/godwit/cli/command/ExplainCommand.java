package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The SQL of a migration. */
@Command(name = "explain", description = "Every SQL statement that a run of the migration sends.")
public final class ExplainCommand extends ServiceCommand {
    @Parameters(paramLabel = "MIGRATION")
    private String migration;

    @Override
    public Integer call() {
        JsonNode explanation = migration().explain(migration);
        if (isJson()) {
            terminal().json(explanation);
            return ExitCode.DONE;
        }
        for (JsonNode statement : explanation.path("statements")) {
            terminal()
                    .line("-- " + statement.path("name").asText() + ": "
                            + statement.path("purpose").asText());
            terminal().line(statement.path("sql").asText().strip() + ";");
            terminal().line("");
        }
        return ExitCode.DONE;
    }
}
