package dev.godwit.cli.uninstall;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.command.GodwitCommand;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code uninstall}. */
@Command(
        name = "uninstall",
        description = {
            "Take Godwit out of a database: schema, publications, slots, triggers and grants. Without --commit it only says what would go.",
            "Exit codes: 0 done, or said; 1 something could not be dropped; 2 wrong usage; 4 refused: services are at work, or runs are not over."
        })
public final class UninstallCommand extends GodwitCommand {
    @Option(
            names = "--database-url",
            paramLabel = "URL",
            description =
                    "The database, and a role that may drop all that: postgresql://user:password@host:5432/database (default: the local stack's, as its superuser).")
    private String databaseUrl;

    @Option(names = "--commit", description = "Do it.")
    private boolean commit;

    @Option(
            names = "--forget-all",
            description = "Also while runs can still be rolled back: they cannot be afterwards.")
    private boolean forgetAll;

    @Option(
            names = "--roles",
            split = ",",
            paramLabel = "ROLE,…",
            description = "Godwit's roles, whose privileges in this database go (default: godwit,godwit_capture).")
    private List<String> roles = List.of("godwit", "godwit_capture");

    @Option(
            names = "--slots",
            split = ",",
            paramLabel = "SLOT,…",
            description = "Replication slots besides those that are called like their publication.")
    private List<String> slots = List.of();

    @Option(
            names = "--server",
            description =
                    "Also what belongs to the server: replication origins, and the roles themselves. Not while Godwit works in another database of it.")
    private boolean server;

    @Override
    public Integer call() {
        DatabaseUrl database = database();
        try (Connection connection = database.connect()) {
            Uninstall uninstall = new Uninstall(connection, new Uninstall.Scope(roles, slots, server));
            List<String> obstacles = uninstall.obstacles(forgetAll);
            ObjectNode result = RestClient.JSON
                    .createObjectNode()
                    .put("database", database.toString())
                    .put("dryRun", !commit);
            ArrayNode steps = result.putArray("steps");
            uninstall
                    .steps()
                    .forEach(step -> steps.addObject().put("what", step.what()).put("sql", step.sql()));
            obstacles.forEach(result.putArray("obstacles")::add);
            if (!commit) {
                show(result);
                return obstacles.isEmpty() ? ExitCode.DONE : ExitCode.REFUSED;
            }
            if (!obstacles.isEmpty()) {
                throw Failure.of(ExitCode.REFUSED, "not_over", String.join("\n", obstacles));
            }
            uninstall.execute(isJson() ? line -> {} : terminal()::line);
            if (isJson()) {
                terminal().json(result);
            }
            return ExitCode.DONE;
        } catch (SQLException e) {
            throw Failure.failed("Godwit is not gone: " + e.getMessage(), e);
        }
    }

    private void show(ObjectNode result) {
        if (isJson()) {
            terminal().json(result);
            return;
        }
        result.path("steps").forEach(step -> terminal()
                .line("would drop  " + step.path("what").asText()));
        if (result.path("steps").isEmpty()) {
            terminal()
                    .line("there is nothing of Godwit in "
                            + result.path("database").asText());
        }
        result.path("obstacles").forEach(obstacle -> terminal().line("refused:    " + obstacle.asText()));
    }

    private DatabaseUrl database() {
        return databaseUrl != null
                ? DatabaseUrl.parse(databaseUrl)
                : Stack.at(stateDirectory())
                        .administrator()
                        .orElseThrow(() -> Failure.usage(
                                "which database? give --database-url with a role that may drop what Godwit made"));
    }
}
