package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.terminal.Table;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Undoes a run. */
@Command(
        name = "rollback",
        description = "Undo a run exactly; without --commit, show what would be restored, deleted and left.")
public final class RollbackCommand extends ServiceCommand {
    @Parameters(paramLabel = "RUN")
    private String run;

    @Option(names = "--commit", description = "Write.")
    private boolean commit;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Kept with the run and in the audit trail.")
    private String reason;

    @Option(names = "--no-wait", description = "Return as soon as the command is accepted.")
    private boolean noWait;

    @Override
    public Integer call() {
        MigrationClient client = migration();
        Run before = client.run(run);
        JsonNode answer = client.rollback(run, commit, requestedBy(), Optional.ofNullable(reason));
        if (!commit) {
            return preview(before, answer);
        }
        if (noWait) {
            printRun(new Run(answer));
            return ExitCode.DONE;
        }
        Run ended = await(client, watch -> watch.untilSettledAfter(before));
        printRun(ended);
        return ended.exitCode("rolled-back");
    }

    private int preview(Run before, JsonNode answer) {
        if (isJson()) {
            ObjectNode object = before.json().deepCopy();
            object.set("preview", answer.path("preview"));
            if (answer.has("groups")) {
                object.set("groups", answer.path("groups"));
            }
            terminal().json(object);
            return ExitCode.DONE;
        }
        Table table = new Table("TABLE", "RESTORED", "DELETED", "LEFT");
        for (JsonNode row : answer.path("preview")) {
            table.row(
                    row.path("table").asText(),
                    row.path("restored").asLong(),
                    row.path("deleted").asLong(),
                    row.path("left").asLong());
        }
        table.print(terminal());
        RunReport.printGroups(terminal(), answer.path("groups"));
        terminal().note("nothing was written; to do it: godwit rollback " + run + " --commit");
        return ExitCode.DONE;
    }
}
