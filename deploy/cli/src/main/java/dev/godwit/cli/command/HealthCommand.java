package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.Measure;
import dev.godwit.cli.terminal.Table;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How migrations fare, by their newest measures. */
@Command(
        name = "health",
        description =
                "The newest measures with their limits, of all migrations or of MIGRATION. Unknown is never healthy.")
public final class HealthCommand extends ServiceCommand {
    /** A warning is for people; nothing to measure is no fault. */
    private static final Set<String> WELL = Set.of("ok", "empty", "warn");

    @Option(
            names = "--now",
            description = "measure MIGRATION for this answer, instead of telling what was measured last")
    private boolean now;

    @Parameters(arity = "0..1", paramLabel = "MIGRATION")
    private String migration;

    @Override
    public Integer call() {
        JsonNode answer = answer();
        if (isJson()) {
            terminal().json(answer);
        } else {
            print(answer);
        }
        return WELL.contains(answer.path("state").asText()) ? ExitCode.DONE : ExitCode.FAILED;
    }

    private JsonNode answer() {
        if (!now) {
            return migration().health(Optional.ofNullable(migration));
        }
        if (migration == null) {
            throw Failure.usage("--now measures one migration: name it");
        }
        return migration().healthNow(migration);
    }

    private void print(JsonNode answer) {
        Table table = new Table("MIGRATION", "MEASURE", "VALUE", "STATE", "LIMITS", "");
        for (JsonNode health : answer.path("migrations")) {
            String name = health.path("migration").asText();
            if (health.path("measures").isEmpty()) {
                table.row(
                        name,
                        "",
                        "",
                        health.path("state").asText(),
                        "",
                        health.path("reason").asText(""));
            }
            for (JsonNode each : health.path("measures")) {
                Measure measure = new Measure(each);
                table.row(name, measure.name(), measure.value(), measure.state(), measure.limits(), measure.remark());
                name = "";
            }
        }
        if (table.isEmpty()) {
            terminal().line("no migration has measures; write some under health: in a definition");
        } else {
            table.print(terminal());
        }
    }
}
