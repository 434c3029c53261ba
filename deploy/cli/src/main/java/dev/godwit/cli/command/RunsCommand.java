package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.terminal.Table;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs, page by page. */
@Command(name = "runs", description = "Runs, newest first, of all migrations or of MIGRATION.")
public final class RunsCommand extends ServiceCommand {
    /** One less than the service gives at once: one more is asked for, to know whether there are older ones. */
    private static final int LIMIT_MAX = 499;

    @Parameters(arity = "0..1", paramLabel = "MIGRATION")
    private String migration;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "At most so many, up to 499 (default: ${DEFAULT-VALUE}).")
    private int limit = 50;

    @Option(names = "--after", paramLabel = "RUN", description = "Those before RUN, with which the page before ended.")
    private String after;

    @Override
    public Integer call() {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw Failure.usage("--limit is a number from 1 to " + LIMIT_MAX);
        }
        List<Run> found = migration().runs(Optional.ofNullable(migration), Optional.ofNullable(after), limit + 1);
        List<Run> page = found.subList(0, Math.min(limit, found.size()));
        Optional<String> next =
                found.size() > limit ? Optional.of(page.get(limit - 1).id()) : Optional.empty();
        if (isJson()) {
            terminal().json(json(page, next));
        } else {
            print(page);
            next.ifPresent(run -> terminal().note("there are older ones: " + again(run)));
        }
        return ExitCode.DONE;
    }

    private void print(List<Run> page) {
        Table table = new Table("RUN", "MIGRATION", "MODE", "STATE", "CREATED", "REASON");
        page.forEach(run -> table.row(
                run.id(),
                run.migration(),
                run.mode(),
                run.state(),
                run.json().path("createdAt").asText(),
                run.reason()));
        table.print(terminal());
    }

    private static ObjectNode json(List<Run> page, Optional<String> next) {
        ObjectNode object = object();
        ArrayNode runs = object.putArray("runs");
        page.forEach(run -> runs.add(run.json()));
        return object.put("next", next.orElse(null));
    }

    /** The command that shows the next page. */
    private String again(String run) {
        return "./godwit runs" + (migration == null ? "" : " " + migration) + " --limit " + limit + " --after " + run;
    }
}
