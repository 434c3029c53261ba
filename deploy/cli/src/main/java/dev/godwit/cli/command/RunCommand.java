package dev.godwit.cli.command;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a migration. */
@Command(name = "run", description = "Run a migration; a dry-run unless --commit is given.")
public final class RunCommand extends ServiceCommand {
    @Parameters(paramLabel = "MIGRATION")
    private String migration;

    @Option(names = "--commit", description = "Write.")
    private boolean commit;

    @Option(names = "--plan", paramLabel = "RUN", description = "Refuse when this dry-run no longer holds.")
    private String plan;

    @Option(
            names = "--follow",
            description =
                    "Keep migrating what the application writes until `godwit complete`; return once it has caught up.")
    private boolean follow;

    @Option(names = "--max-rate", paramLabel = "N", description = "At most so many entities per second.")
    private Integer maxRate;

    @Mixin
    private StartOptions options;

    @Override
    public Integer call() {
        if (!commit && (plan != null || follow)) {
            throw Failure.usage("--plan and --follow are for runs that write; add --commit");
        }
        MigrationClient client = migration();
        RunRequest request =
                options.request(migration, commit, Optional.ofNullable(plan), follow, Optional.ofNullable(maxRate));
        if (!commit) {
            return PlanCommand.dryRun(this, client, request, options.isNoWait());
        }
        Run started = client.start(request);
        if (options.isNoWait()) {
            printRun(started);
            return ExitCode.DONE;
        }
        Run ended = await(
                client,
                watch -> watch.until(
                        started.id(),
                        run -> run.isSettled() || (follow && run.state().equals("following"))));
        printRun(ended);
        if (!isJson()) {
            RunReport.printPlan(terminal(), ended.state().equals("failed") ? ended.plan() : object());
            hint(ended);
        }
        return ended.exitCode("completed");
    }

    private void hint(Run run) {
        switch (run.state()) {
            case "completed" -> terminal().note("the report: godwit report " + run.id());
            case "following" -> terminal().note("it follows the application; to end it: godwit complete " + run.id());
            case "paused", "failed" ->
                terminal().note("to go on: godwit resume " + run.id() + "; to undo: godwit rollback " + run.id());
            default -> {}
        }
    }
}
