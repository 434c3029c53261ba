package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.Series;
import dev.godwit.cli.stack.ComponentStatus;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.terminal.Table;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How the stack is, or how a run is. */
@Command(
        name = "status",
        description = "Without RUN: every component of the local stack. With RUN: how that run, or series, stands.")
public final class StatusCommand extends ServiceCommand {
    @Parameters(arity = "0..1", paramLabel = "RUN")
    private String run;

    @Option(names = "--watch", description = "Show progress until the run has ended.")
    private boolean watch;

    @Override
    public Integer call() {
        if (run == null) {
            if (watch) {
                throw Failure.usage("--watch needs a RUN");
            }
            return components();
        }
        MigrationClient client = migration();
        if (Series.isId(run)) {
            WholePlan whole = new WholePlan(this, client);
            int code = whole.print(watch ? whole.await(run) : client.series(run));
            return watch ? code : ExitCode.DONE;
        }
        Run now = watch ? await(client, wait -> wait.untilSettled(run)) : client.run(run);
        printRun(now);
        return watch ? now.exitCode(now.state()) : ExitCode.DONE;
    }

    private int components() {
        Stack stack = Stack.at(stateDirectory());
        if (!stack.exists()) {
            throw Failure.failed("no stack in " + stack.directory() + "; start one: ./godwit up");
        }
        List<ComponentStatus> components = stack.status();
        boolean healthy = components.stream().allMatch(ComponentStatus::isHealthy);
        if (isJson()) {
            terminal().json(toJson(components, healthy));
        } else {
            Table table = new Table("COMPONENT", "HEALTH", "PID", "WHERE", "");
            components.forEach(component -> table.row(
                    component.name(),
                    word(component),
                    component.pid() == null ? "" : component.pid(),
                    component.address(),
                    component.detail()));
            table.print(terminal());
        }
        return healthy ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static ObjectNode toJson(List<ComponentStatus> components, boolean healthy) {
        ObjectNode object = object().put("healthy", healthy);
        ArrayNode list = object.putArray("components");
        for (ComponentStatus component : components) {
            list.addObject()
                    .put("name", component.name())
                    .put("health", word(component))
                    .put("address", component.address())
                    .put("pid", component.pid())
                    .put("detail", component.detail());
        }
        return object;
    }

    private static String word(ComponentStatus component) {
        return component.health().name().toLowerCase(Locale.ROOT);
    }
}
