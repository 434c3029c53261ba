package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** All migrations and what is wrong with their definitions. */
@Command(name = "list", description = "The migrations, their states, and definitions that cannot be read.")
public final class ListCommand extends ServiceCommand {
    @Override
    public Integer call() {
        MigrationClient client = migration();
        JsonNode migrations = client.migrations();
        JsonNode errors = client.definitionErrors();
        if (isJson()) {
            ObjectNode object = object();
            object.set("migrations", migrations);
            object.set("errors", errors);
            terminal().json(object);
        } else {
            Table table = new Table("MIGRATION", "OPERATION", "STATE", "DEPENDS ON", "DESCRIPTION");
            for (JsonNode migration : migrations) {
                table.row(
                        migration.path("name").asText(),
                        migration.path("operation").asText(),
                        migration.path("state").asText(),
                        join(migration.path("dependsOn")),
                        migration.path("description").asText(""));
            }
            table.print(terminal());
            errors.forEach(error -> terminal().note(text(error)));
        }
        return errors.isEmpty() ? ExitCode.DONE : ExitCode.USAGE;
    }

    /** A mistake with its place and the way out. */
    static String text(JsonNode error) {
        String place = error.path("file").asText() + ":" + error.path("line").asText("");
        String remedy = error.path("remedy").asText("");
        return place + ": " + error.path("message").asText() + (remedy.isBlank() ? "" : "\n  " + remedy);
    }

    private static String join(JsonNode names) {
        List<String> all = new ArrayList<>();
        names.forEach(name -> all.add(name.asText()));
        return String.join(", ", all);
    }
}
