package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.stack.Home;
import dev.godwit.cli.terminal.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    @Option(
            names = "--all",
            description = "With --grants: everything that a server and a database need, for the roles godwit and"
                    + " godwit_capture, whether it is missing or not. Asks no service.")
    private boolean all;

    @Override
    public Integer call() {
        if (all) {
            printScripts();
            return ExitCode.DONE;
        }
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

    /** The scripts by which every way of running makes its roles. */
    private void printScripts() {
        if (!grants || isJson()) {
            throw Failure.usage("--all goes with --grants, and without --json");
        }
        for (Path script : Home.find().roleScripts()) {
            try {
                Files.readAllLines(script).forEach(terminal()::line);
            } catch (IOException e) {
                throw Failure.failed("cannot read " + script);
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
