package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A dry-run. */
@Command(name = "plan", description = "Dry-run: what a run would do, entity by entity. Writes nothing to your tables.")
public final class PlanCommand extends ServiceCommand {
    @Parameters(paramLabel = "MIGRATION")
    private String migration;

    @Mixin
    private StartOptions options;

    @Override
    public Integer call() {
        RunRequest request = options.request(migration, false, Optional.empty(), false, Optional.empty());
        return dryRun(this, migration(), request, options.isNoWait());
    }

    /** Shared with {@code run}, which is a dry-run unless told to commit. */
    static int dryRun(ServiceCommand command, MigrationClient client, RunRequest request, boolean noWait) {
        Run started = client.start(request);
        if (noWait) {
            command.printRun(started);
            return ExitCode.DONE;
        }
        Run planned = withPlan(client, command.await(client, watch -> watch.untilSettled(started.id())));
        command.printRun(planned);
        if (!command.isJson()) {
            RunReport.printPlan(command.terminal(), planned.plan());
            if (planned.state().equals("planned")
                    && planned.plan().path("refusals").isEmpty()) {
                command.terminal()
                        .note("nothing was written; to do it: godwit run " + planned.migration() + " --commit --plan "
                                + planned.id());
            }
        }
        return planned.exitCode("planned");
    }

    /** The run's own answer may leave the report out. */
    private static Run withPlan(MigrationClient client, Run run) {
        if (run.plan().isObject() || !run.state().equals("planned")) {
            return run;
        }
        try {
            ObjectNode json = run.json().deepCopy();
            json.set("plan", client.plan(run.id()));
            return new Run(json);
        } catch (Failure none) {
            return run;
        }
    }
}
