package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.terminal.Table;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What keeps Godwit, or one migration, from working here. */
@Command(name = "doctor", description = "Check settings and privileges; with MIGRATION also what that one needs.")
public final class DoctorCommand extends ServiceCommand {
    @Parameters(arity = "0..1", paramLabel = "MIGRATION")
    private String migration;

    @Option(names = "--grants", description = "Print only the statements that an administrator must run.")
    private boolean grants;

    @Override
    public Integer call() {
        JsonNode answer = migration().doctor(Optional.ofNullable(migration));
        boolean well = true;
        for (JsonNode check : answer.path("checks")) {
            String status = check.path("status").asText("unknown");
            well &= status.equals("ok") || status.equals("warn");
        }
        if (isJson()) {
            terminal().json(answer);
        } else if (grants) {
            printRemedies(answer);
        } else {
            print(answer);
        }
        return well ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void print(JsonNode answer) {
        Table table = new Table("CHECK", "STATUS", "");
        for (JsonNode check : answer.path("checks")) {
            table.row(
                    check.path("name").asText(),
                    check.path("status").asText("unknown"),
                    check.path("detail").asText(""));
        }
        table.print(terminal());
        for (JsonNode check : answer.path("checks")) {
            if (!check.path("status").asText().equals("ok")
                    && !check.path("remedy").asText("").isBlank()) {
                terminal().line("");
                terminal().line(check.path("name").asText() + ":");
                check.path("remedy").asText().lines().forEach(line -> terminal().line("  " + line));
            }
        }
    }

    private void printRemedies(JsonNode answer) {
        for (JsonNode check : answer.path("checks")) {
            if (!check.path("status").asText().equals("ok")
                    && !check.path("remedy").asText("").isBlank()) {
                terminal().line("-- " + check.path("name").asText());
                terminal().line(check.path("remedy").asText());
            }
        }
    }
}
